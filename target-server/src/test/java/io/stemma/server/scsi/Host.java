package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.SpaceState;

import org.jspecify.annotations.Nullable;

import java.util.HexFormat;

/** An initiator at a target device that serves one volume as LUN 0. */
final class Host {
    static final String TARGET = "iqn.2026-11.io.stemma:demo";

    final MemoryVolume volume;
    final TargetDevice device = new TargetDevice(TARGET, 1);
    final LogicalUnit unit;
    final TestNexus nexus = new TestNexus("iqn.2026-11.example:host,i,0x000000000001");
    final TestTask task = new TestTask();
    final MemoryUnitStore store;
    final TestUnits units = new TestUnits();
    final CopySlots copies = new CopySlots();

    /** How full the pool is. */
    SpaceState space = SpaceState.UNKNOWN;

    /** What switching the write cache meets. */
    @Nullable DeviceFault switchFault;

    Host() {
        this(new MemoryVolume(8192, 512), false);
    }

    Host(MemoryVolume volume, boolean readOnly) {
        this(volume, readOnly, new MemoryUnitStore());
    }

    /** A server that finds what one before it kept. */
    Host(MemoryVolume volume, boolean readOnly, MemoryUnitStore store) {
        this.volume = volume;
        this.store = store;
        unit =
                new LogicalUnit(
                        volume,
                        new UnitServices(
                                (of, enabled, done) -> {
                                    if (switchFault == null) {
                                        volume.writeCache(enabled);
                                    }
                                    done.accept(switchFault);
                                },
                                store,
                                Runnable::run,
                                units,
                                copies,
                                () -> space));
        units.add(unit);
        device.map(0, unit, readOnly);
        device.attach(nexus);
    }

    /** Another logical unit beside it, for {@code device.map}. */
    LogicalUnit another(MemoryVolume of) {
        LogicalUnit another =
                new LogicalUnit(
                        of,
                        new UnitServices(
                                (same, enabled, done) -> done.accept(null),
                                new MemoryUnitStore(),
                                Runnable::run,
                                units,
                                copies,
                                () -> space));
        units.add(another);
        return another;
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** Sends a CDB without data out and returns the outcome. */
    String send(String cdb) {
        return send(nexus, 0, cdb, new byte[0]);
    }

    /** Sends a CDB with data out. */
    String send(String cdb, byte[] dataOut) {
        return send(nexus, 0, cdb, dataOut);
    }

    String send(TestNexus from, int lun, String cdb, byte[] dataOut) {
        return send(from, lun, cdb, dataOut, device);
    }

    String send(TestNexus from, int lun, String cdb, byte[] dataOut, TargetDevice to) {
        task.begin(from, bytes(cdb), dataOut);
        to.execute(ReportLuns.address(lun), task);
        return task.outcome();
    }

    /** Sends a CDB that has to succeed and returns its data in. */
    String data(String cdb) {
        String outcome = send(cdb);
        if (!outcome.equals("GOOD")) {
            throw new AssertionError(cdb + ": " + outcome);
        }
        return task.hex();
    }

    /** Bytes of data out that the device asks for. */
    int dataOut(String cdb) {
        byte[] padded = new byte[ScsiTask.CDB_BYTES_MAX];
        byte[] given = bytes(cdb);
        System.arraycopy(given, 0, padded, 0, given.length);
        return device.dataOutLength(0, padded);
    }
}
