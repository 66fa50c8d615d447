package io.stemma.server.server;

import io.netty.channel.Channel;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.iscsi.session.ConnectionInitializer;
import io.stemma.server.iscsi.session.Portal;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.session.SessionDirectory;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.metrics.CommandFigures;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The running server: opens the pool, makes what the configuration names, and only when every
 * logical unit is ready opens the portals. Ends in the opposite order.
 */
final class TargetServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TargetServer.class);

    /** How long sessions have for their last commands when the server ends. */
    private static final long DRAIN_SECONDS = 10;

    private final VolumeBackend backend;
    private final TargetDirectory directory = new TargetDirectory();
    private final Transport transport;
    private final CommandFigures figures;
    private final SessionDirectory sessions;
    private final VolumeUnits units;
    private final Estate estate;
    private final List<Channel> listening = new ArrayList<>();
    private final PoolAdministration administration;
    private final ControlSocket control;

    private TargetServer(
            Path folder,
            VolumeBackend backend,
            Configuration configuration,
            boolean demonstrate,
            List<Portal> portals,
            Map<String, String> environment)
            throws DeviceException, ConfigurationException, AdministrationException, IOException {
        this.backend = backend;
        figures =
                new CommandFigures(
                        TimeUnit.MILLISECONDS.toNanos(configuration.slowCommandMillis()));
        sessions = Wiring.sessions(directory, figures);
        units = new VolumeUnits(backend);
        estate = new Estate(backend, directory, units, environment);
        estate.load();
        if (demonstrate && estate.fresh()) {
            estate.demonstrate();
        }
        estate.establish(configuration);
        estate.publish();
        estate.problems().forEach(LOG::warn);
        transport = Transport.best(Math.max(1, Runtime.getRuntime().availableProcessors()));
        administration =
                new PoolAdministration(backend, estate, new Control(), directory::portals, true);
        try {
            listen(portals, Wiring.connections(directory, sessions, configuration, environment));
            control =
                    ControlSocket.open(
                            folder, new MetricsAdministration(administration, figures, directory));
        } catch (IOException | RuntimeException failed) {
            transport.close();
            throw failed;
        }
    }

    /**
     * Starts everything.
     *
     * @param demonstrate whether a pool in which nothing was ever made gets the demonstration
     *     volume
     * @throws ConfigurationException if the configuration contradicts what exists
     * @throws IOException if a portal or the control socket cannot be opened
     */
    static TargetServer start(
            Path folder,
            Configuration configuration,
            boolean demonstrate,
            List<Portal> portals,
            Map<String, String> environment)
            throws DeviceException, ConfigurationException, AdministrationException, IOException {
        VolumeBackend backend = Backends.open(PoolAccess.pool(folder), configuration.space());
        try {
            return new TargetServer(
                    folder, backend, configuration, demonstrate, portals, environment);
        } catch (ConfigurationException
                | AdministrationException
                | IOException
                | RuntimeException failed) {
            try {
                backend.close();
            } catch (DeviceException second) {
                failed.addSuppressed(second);
            }
            throw failed;
        }
    }

    private void listen(List<Portal> portals, ConnectionInitializer connections)
            throws IOException {
        List<Portal> bound = new ArrayList<>();
        for (Portal portal : portals) {
            try {
                Channel channel = transport.listen(portal.listen(), connections);
                listening.add(channel);
                bound.add(
                        new Portal(
                                (InetSocketAddress) channel.localAddress(),
                                portal.advertised(),
                                portal.portalGroupTag()));
            } catch (Exception refused) {
                // Netty throws the IOException of the socket without declaring it.
                throw new IOException(
                        "cannot listen on "
                                + Addresses.format(portal.listen())
                                + ": "
                                + reason(refused)
                                + "; choose another address with --listen HOST:PORT",
                        refused);
            }
        }
        directory.portals(bound);
    }

    private static String reason(Throwable refused) {
        String message = String.valueOf(refused.getMessage());
        if (message.contains("in use")) {
            return "another program listens there";
        }
        if (message.contains("assign")) {
            return "this machine does not have that address";
        }
        if (message.contains("denied")) {
            return "ports below 1024 need the capability CAP_NET_BIND_SERVICE";
        }
        return message;
    }

    List<Portal> portals() {
        return directory.portals();
    }

    List<TargetNode> targets() {
        return directory.targets();
    }

    /** What the administration sees of the sessions. */
    private final class Control implements SessionControl {
        @Override
        public List<Row> sessions() {
            return sessions.sessions().stream().map(Control::row).toList();
        }

        private static Row row(Session session) {
            return new Row(
                    session.tsih(),
                    session.outcome().initiatorName(),
                    Objects.requireNonNull(session.outcome().target()).name(),
                    Addresses.format(session.connection().remoteAddress()));
        }

        @Override
        public void close(String targetName) {
            sessions.closeSessions(targetName, "the target was deleted", () -> {});
        }
    }

    private void endAdministration() {
        try {
            administration.close();
        } catch (AdministrationException failed) {
            LOG.warn("the administration did not end: {}", failed.getMessage());
        }
    }

    /** Ends: no new connections, sessions drained, everything flushed, a clean end noted. */
    @Override
    public void close() {
        LOG.info("ending");
        control.close();
        endAdministration();
        listening.forEach(channel -> channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS));
        CountDownLatch drained = new CountDownLatch(1);
        sessions.closeSessions(null, "the server ends", drained::countDown);
        try {
            if (!drained.await(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("some commands did not end within {} s", DRAIN_SECONDS);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        transport.close();
        units.close();
        try {
            backend.close();
            LOG.info("everything is flushed");
        } catch (DeviceException failed) {
            LOG.error("the pool did not close cleanly: {}", Explanation.of(failed));
        }
    }
}
