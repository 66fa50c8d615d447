package io.stemma.server.server;

import io.stemma.engine.volume.SpaceSettings;
import io.stemma.server.iscsi.session.Network;
import io.stemma.server.iscsi.session.Portal;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A configuration that was validated whole: what must exist. Immutable.
 *
 * @param portals where to listen; empty takes the default
 * @param volumes volumes that must exist
 * @param targets targets that must exist
 * @param discovery who may discover, or null for everybody
 * @param slowCommandMillis commands that took so long are told of one by one
 * @param space how the pool keeps clear of the end of its file system
 */
record Configuration(
        List<Portal> portals,
        List<VolumeEntry> volumes,
        List<TargetEntry> targets,
        @Nullable ChapEntry discovery,
        int slowCommandMillis,
        SpaceSettings space) {
    /** When a command is slow unless something else is said, milliseconds. */
    static final int SLOW_COMMAND_MILLIS = 100;

    /** Nothing must exist. */
    static final Configuration EMPTY =
            new Configuration(
                    List.of(),
                    List.of(),
                    List.of(),
                    null,
                    SLOW_COMMAND_MILLIS,
                    SpaceSettings.STANDARD);

    /** The same with another threshold for slow commands. */
    Configuration withSlowCommandMillis(int millis) {
        return new Configuration(portals, volumes, targets, discovery, millis, space);
    }

    /** A volume that must exist. */
    record VolumeEntry(
            String name, long sizeBytes, int blockSize, boolean writeCache, Origin origin) {}

    /** A target that must exist. */
    record TargetEntry(
            String name,
            String alias,
            List<LunEntry> luns,
            List<String> initiators,
            List<Network> networks,
            @Nullable ChapEntry chap,
            Origin origin) {}

    /** A logical unit of a target. */
    record LunEntry(int lun, String volume, boolean readOnly, Origin origin) {}

    /** CHAP accounts: those of initiators and, for mutual CHAP, ours. */
    record ChapEntry(List<AccountEntry> accounts, @Nullable AccountEntry mutual) {}

    /** A name and where its secret is. */
    record AccountEntry(String user, SecretSource secret, Origin origin) {}
}
