package io.stemma.bench.micro;

import io.netty.channel.Channel;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.FileBackend;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeSpecification;
import io.stemma.server.iscsi.login.LoginPhase;
import io.stemma.server.iscsi.login.LoginSettings;
import io.stemma.server.iscsi.login.SessionTexts;
import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.ConnectionInitializer;
import io.stemma.server.iscsi.session.SessionDirectory;
import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.iscsi.task.FullFeatureHandler;
import io.stemma.server.metrics.CommandFigures;
import io.stemma.server.scsi.LogicalUnit;
import io.stemma.server.scsi.TargetDevice;
import io.stemma.server.scsi.UnitServices;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * The target of the loopback benchmark: the product's rooms in this JVM, wired as the server wires
 * them, with one volume of a pool on tmpfs. {@code -Dstemma.bench.target=PORT/IQN/LUN/MIB} names
 * one that runs elsewhere on this machine instead; garbage is then the initiator's alone.
 *
 * @param portal where it listens
 * @param name its iSCSI name
 * @param lun the disk's number
 * @param lunBytes the part of it that is used
 * @param server ends it
 */
record LoopbackTarget(
        InetSocketAddress portal, String name, int lun, long lunBytes, AutoCloseable server) {
    private static final String NAME = "iqn.2026-11.io.stemma.bench:loopback";
    private static final long SLOW_NANOS = 100_000_000L;
    private static final long VOLUME_BYTES = 256L << 20;

    static final LoopbackTarget NONE =
            new LoopbackTarget(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "", 0, 0, () -> {});

    static LoopbackTarget start() throws IOException, DeviceException {
        String elsewhere = System.getProperty("stemma.bench.target", "");
        return elsewhere.isEmpty() ? here() : elsewhere(elsewhere.split("/", -1));
    }

    private static LoopbackTarget elsewhere(String[] words) {
        if (words.length != 4) {
            throw new IllegalStateException("stemma.bench.target is PORT/IQN/LUN/MIB");
        }
        return new LoopbackTarget(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(words[0])),
                words[1],
                Integer.parseInt(words[2]),
                Long.parseLong(words[3]) << 20,
                () -> {});
    }

    private static LoopbackTarget here() throws IOException, DeviceException {
        Path folder = BenchFolder.create("/dev/shm");
        FileBackend backend = FileBackend.open(folder);
        Geometry geometry = new Geometry(VOLUME_BYTES / 512, 512, 4096);
        Volume volume = backend.create(new VolumeSpecification("bench", geometry, true));
        TargetDevice device = new TargetDevice(NAME, 1);
        device.map(0, new LogicalUnit(volume, UnitServices.alone()), false);
        TargetDirectory directory = new TargetDirectory();
        directory.put(new TargetNode(NAME, "", AccessPolicy.OPEN, device));
        SessionLimits limits = SessionLimits.standard();
        SessionDirectory sessions =
                new SessionDirectory(
                        FullFeatureHandler.phase(
                                SessionTexts.of(directory), new CommandFigures(SLOW_NANOS)),
                        limits);
        LoginSettings settings =
                new LoginSettings(directory, AccessPolicy.OPEN, sessions, new SecureRandom());
        Transport transport = Transport.best(1);
        Channel listening =
                transport.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new ConnectionInitializer(() -> new LoginPhase(settings), limits));
        return new LoopbackTarget(
                (InetSocketAddress) listening.localAddress(),
                NAME,
                0,
                VOLUME_BYTES,
                () -> {
                    transport.close();
                    backend.close();
                    BenchFolder.remove(folder);
                });
    }

    void close() throws IOException {
        try {
            server.close();
        } catch (IOException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IOException("the target does not end", failed);
        }
    }
}
