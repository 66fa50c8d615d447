package io.stemma.bench.fairness;

import io.netty.channel.Channel;
import io.stemma.bench.process.ScratchFolder;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.HostFolder;
import io.stemma.engine.journal.JournalThreads;
import io.stemma.engine.runtime.TimeSource;
import io.stemma.engine.volume.FileBackend;
import io.stemma.engine.volume.PlatformThreads;
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
import java.security.SecureRandom;

/**
 * The product's rooms in this JVM, wired as the server wires them, with one event loop and two
 * LUNs: 0 on a fast disk, 1 on one that can be made slow.
 */
final class SlowDiskTarget implements AutoCloseable {
    static final String NAME = "iqn.2026-11.io.stemma.bench:slow";
    static final int FAST_LUN = 0;
    static final int SLOW_LUN = 1;
    static final long VOLUME_BYTES = 64L << 20;

    private static final long SLOW_COMMAND_NANOS = 60_000_000_000L;

    private final ScratchFolder scratch = ScratchFolder.create();
    private final SlowFolder folder;
    private final FileBackend backend;
    private final Transport transport;
    private final InetSocketAddress portal;

    SlowDiskTarget() throws IOException {
        folder = new SlowFolder(HostFolder.open(scratch.path()));
        backend =
                FileBackend.open(
                        folder, new PlatformThreads(), JournalThreads.PLATFORM, TimeSource.SYSTEM);
        TargetDevice device = new TargetDevice(NAME, 1);
        map(device, FAST_LUN, "fast");
        folder.slowing(true);
        map(device, SLOW_LUN, "slow");
        TargetDirectory directory = new TargetDirectory();
        directory.put(new TargetNode(NAME, "", AccessPolicy.OPEN, device));
        SessionLimits limits = SessionLimits.standard();
        SessionDirectory sessions =
                new SessionDirectory(
                        FullFeatureHandler.phase(
                                SessionTexts.of(directory), new CommandFigures(SLOW_COMMAND_NANOS)),
                        limits);
        LoginSettings settings =
                new LoginSettings(directory, AccessPolicy.OPEN, sessions, new SecureRandom());
        transport = Transport.best(1);
        Channel listening =
                transport.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new ConnectionInitializer(() -> new LoginPhase(settings), limits));
        portal = (InetSocketAddress) listening.localAddress();
    }

    private void map(TargetDevice device, int lun, String name) throws DeviceException {
        Geometry geometry = new Geometry(VOLUME_BYTES / 512, 512, 4096);
        device.map(
                lun,
                new LogicalUnit(
                        backend.create(new VolumeSpecification(name, geometry, true)),
                        UnitServices.alone()),
                false);
    }

    InetSocketAddress portal() {
        return portal;
    }

    /** How long each write and sync of the slow LUN takes longer, milliseconds. */
    void delay(int millis) {
        folder.delay(millis * 1_000_000L);
    }

    @Override
    public void close() throws IOException {
        folder.delay(0);
        transport.close();
        backend.close();
        scratch.close();
    }
}
