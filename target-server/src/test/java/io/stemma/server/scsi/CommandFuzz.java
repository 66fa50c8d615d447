package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;
import io.stemma.engine.runtime.Invariant;
import io.stemma.server.testing.FuzzPath;
import io.stemma.server.testing.FuzzRandom;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/**
 * CDBs and their data, noise or nearly right, on a volume in memory that is slow, fails or aborts
 * now and then: each finishes once, with a status and sense data that the standards know.
 */
public final class CommandFuzz implements FuzzPath {
    private static final Kind[] KINDS = Kind.values();
    private static final int SANITIZE = 0x48;
    private static final int DATA_BYTES_MAX = 70_000;

    private final List<CommandRow> rows = CommandTable.all();
    private final byte[] padded = new byte[ScsiTask.CDB_BYTES_MAX];
    private final MemoryVolume volume = new MemoryVolume(2048, 512);
    private Host host = new Host(volume, false);
    private long deep;

    @Override
    public void begin() {
        volume.bytes().fill((byte) 0);
        volume.mapped.clear();
        volume.listeners.clear();
        volume.locked = null;
        volume.writeCache = true;
        host = new Host(volume, false);
    }

    @Override
    public void input(FuzzRandom random) {
        byte[] cdb = random.oneIn(16) ? noise(random) : cdb(random);
        Arrays.fill(padded, (byte) 0);
        System.arraycopy(cdb, 0, padded, 0, cdb.length);
        int asked = Math.min(host.device.dataOutLength(0, padded), DATA_BYTES_MAX);
        byte[] data = new byte[random.oneIn(4) ? random.below(asked + 600) : asked];
        if (random.oneIn(2)) {
            random.fill(data, 0, Math.min(data.length, 1 << random.below(12)));
        }
        volume.log.clear();
        volume.cached = random.oneIn(2);
        volume.holding = random.oneIn(4);
        @Nullable Kind kind = random.oneIn(16) ? random.of(KINDS) : null;
        if (kind == Kind.TRANSIENT && cdb[0] == SANITIZE) {
            // It tries again after a while, and what follows here does not wait.
            kind = null;
        }
        volume.nextFault = kind == null ? null : DeviceFault.of(kind, "test", "memory");
        TestTask task = host.task;
        task.expectedIn = random.oneIn(2) ? Integer.MAX_VALUE : random.below(2048);
        task.begin(host.nexus, cdb, data);
        host.device.execute(ReportLuns.address(random.oneIn(32) ? 1 : 0), task);
        if (random.oneIn(8)) {
            task.abort();
        }
        volume.release();
        check(task);
    }

    private static byte[] noise(FuzzRandom random) {
        byte[] cdb = new byte[16];
        random.fill(cdb, 0, cdb.length);
        return cdb;
    }

    private byte[] cdb(FuzzRandom random) {
        CommandRow row = rows.get(random.below(rows.size()));
        byte[] usage = row.usage();
        byte[] cdb = usage.clone();
        for (int at = 1; at < cdb.length; at++) {
            // Mostly small numbers and bits that mean something, to get past the first checks.
            int mask = random.oneIn(64) ? 0xff : usage[at] & (random.oneIn(8) ? 0xff : 0x03);
            cdb[at] = (byte) (random.below(256) & mask & (random.oneIn(2) ? 0xff : 0));
        }
        if (row.serviceAction() >= 0 && !random.oneIn(16)) {
            cdb[1] = (byte) row.serviceAction();
        }
        return cdb;
    }

    private void check(TestTask task) {
        Invariant.check(task.finished == 1, "a command finishes once");
        Invariant.check(!task.withStorage(), "what has finished has left the storage");
        Invariant.check(volume.locked == null, "what has finished holds no lock");
        int status = task.status();
        boolean checked = status == 0x02;
        boolean legal =
                switch (status) {
                    case 0x00, 0x02, 0x08, 0x18, 0x28, 0x30, 0x40 -> true;
                    default -> false;
                };
        Invariant.check(legal, "a status is one of SAM-5");
        Invariant.check(checked == task.senseLength() > 0, "sense data comes with its status");
        if (checked) {
            checkSense(task.sense(), task.senseLength());
        } else if (status == 0) {
            deep++;
        }
        Invariant.check(task.data().length <= task.expectedIn, "no more goes than was expected");
    }

    /** SPC-5: fixed or descriptor format, current, as long as it says, a sense key that is one. */
    private static void checkSense(byte[] sense, int length) {
        boolean fixed = sense[0] == 0x70 || sense[0] == (byte) 0xf0;
        Invariant.check(fixed || sense[0] == 0x72, "sense data has one of two formats");
        Invariant.check(length == 8 + (sense[7] & 0xff), "sense data is as long as it says");
        int key = sense[fixed ? 2 : 1] & 0x0f;
        Invariant.check(key != 0 && key != 0x0f, "a sense key says something");
        if (!fixed) {
            for (int at = 8; at < length; at += 2 + (sense[at + 1] & 0xff)) {
                Invariant.check(at + 1 < length, "sense descriptors end where the data ends");
            }
        }
    }

    @Override
    public long deep() {
        return deep;
    }
}
