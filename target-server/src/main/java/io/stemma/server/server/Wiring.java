package io.stemma.server.server;

import io.stemma.server.iscsi.login.LoginPhase;
import io.stemma.server.iscsi.login.LoginSettings;
import io.stemma.server.iscsi.login.SessionTexts;
import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.ConnectionInitializer;
import io.stemma.server.iscsi.session.SessionDirectory;
import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.task.CommandMeter;
import io.stemma.server.iscsi.task.FullFeatureHandler;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

/** How the rooms of the wire are put together. */
final class Wiring {
    private Wiring() {}

    /** The sessions, whose commands run in full feature phase. */
    static SessionDirectory sessions(TargetDirectory directory, CommandMeter meter) {
        return new SessionDirectory(
                FullFeatureHandler.phase(SessionTexts.of(directory), meter),
                SessionLimits.standard());
    }

    /**
     * What accepted connections begin with.
     *
     * @throws IOException if a secret of discovery cannot be read
     */
    static ConnectionInitializer connections(
            TargetDirectory directory,
            SessionDirectory sessions,
            Configuration configuration,
            Map<String, String> environment)
            throws IOException {
        AccessPolicy discovery = AccessPolicy.OPEN;
        if (configuration.discovery() != null) {
            discovery =
                    TargetDefinition.access(
                            List.of(), List.of(), configuration.discovery(), environment);
        }
        LoginSettings settings =
                new LoginSettings(directory, discovery, sessions, new SecureRandom());
        return new ConnectionInitializer(() -> new LoginPhase(settings), sessions.limits());
    }
}
