package io.stemma.server.server;

import io.netty.channel.Channel;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.FaultyBackend;
import io.stemma.engine.volume.FaultyVolume;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeSpecification;
import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.SessionDirectory;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.iscsi.task.CommandMeter;
import io.stemma.server.scsi.TargetDevice;
import io.stemma.server.testing.TestInitiator;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Two targets that show one volume of a real pool as LUN 0, on a port of the loopback interface.
 * Closed and made again on the same folder it is a server that was started again.
 */
final class SmallServer implements AutoCloseable {
    static final String ONE = "iqn.2026-11.com.example:one";
    static final String TWO = "iqn.2026-11.com.example:two";
    static final int BLOCK = 512;

    private static final String VOLUME = "v";
    private static final long BLOCKS = 4096;

    final FaultyVolume volume;
    private final VolumeBackend backend;
    private final VolumeUnits units;
    private final SessionDirectory sessions;
    private final Transport transport = Transport.best(2);
    private final Channel listening;

    SmallServer(Path folder) throws Exception {
        this(folder, volume -> volume);
    }

    /** With something between the logical unit and the volume. */
    SmallServer(Path folder, UnaryOperator<Volume> between) throws Exception {
        FaultyBackend faulty = new FaultyBackend(Backends.open(PoolAccess.pool(folder)));
        backend = faulty;
        if (backend.volume(VOLUME).isEmpty()) {
            backend.create(
                    new VolumeSpecification(VOLUME, new Geometry(BLOCKS, BLOCK, 4096), true));
        }
        volume = faulty.faulty(VOLUME);
        units = new VolumeUnits(backend);
        TargetDirectory directory = new TargetDirectory();
        sessions = Wiring.sessions(directory, CommandMeter.NONE);
        Volume shown = between.apply(volume);
        for (String target : new String[] {ONE, TWO}) {
            TargetDevice device = units.device(target);
            LunDefinition lun =
                    new LunDefinition(0, shown.description().id(), false, Origin.COMMAND);
            units.map(device, lun, shown);
            directory.put(new TargetNode(target, "", AccessPolicy.OPEN, device));
        }
        Configuration open = ConfigurationReader.parse("volumes: []", "none", folder);
        listening =
                transport.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Wiring.connections(directory, sessions, open, Map.of()));
    }

    /** An initiator port that is logged in at the first target. */
    TestInitiator login(String host, long isid) {
        return login(host, isid, ONE);
    }

    TestInitiator login(String host, long isid, String target) {
        TestInitiator initiator =
                TestInitiator.connect((InetSocketAddress) listening.localAddress());
        String name = "iqn.2026-11.com.example.host:" + host;
        int status = initiator.login(isid, 0, TestInitiator.keys(name, target)).get16(36);
        if (status != 0) {
            throw new IllegalStateException("login refused: " + status);
        }
        return initiator;
    }

    int sessions() {
        return sessions.sessions().size();
    }

    @Override
    public void close() throws Exception {
        listening.close().sync();
        CountDownLatch ended = new CountDownLatch(1);
        sessions.closeSessions(null, "the server ends", ended::countDown);
        if (!ended.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("sessions do not end");
        }
        transport.close();
        units.close();
        backend.close();
    }
}
