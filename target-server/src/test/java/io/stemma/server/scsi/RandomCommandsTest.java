package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

/** Commands that nobody would send: each answers once, and nothing is thrown. */
class RandomCommandsTest {
    private static final int COMMANDS = 20_000;
    private static final List<Kind> KINDS = List.of(Kind.values());

    private final Host host = new Host();

    @Test
    void everyCommandFinishesOnceWhateverItSays() {
        long seed = Long.getLong("stemma.seed", System.nanoTime());
        System.out.println("RandomCommandsTest seed " + seed);
        Random random = new Random(seed);
        // After a SANITIZE that fails there is nothing else to be seen.
        List<CommandRow> rows =
                CommandTable.all().stream().filter(row -> row.operationCode() != 0x48).toList();
        for (int i = 0; i < COMMANDS; i++) {
            CommandRow row = rows.get(random.nextInt(rows.size()));
            byte[] cdb = cdb(row, random);
            byte[] padded = new byte[ScsiTask.CDB_BYTES_MAX];
            System.arraycopy(cdb, 0, padded, 0, cdb.length);
            int asked = host.device.dataOutLength(0, padded);
            byte[] data = new byte[random.nextInt(asked + 600)];
            if (random.nextBoolean()) {
                random.nextBytes(data);
            }
            execute(cdb, data, random);
            assertThat(host.task.finished).as("seed %d, command %d", seed, i).isEqualTo(1);
        }
    }

    private static byte[] cdb(CommandRow row, Random random) {
        byte[] cdb = row.usage();
        for (int at = 1; at < cdb.length; at++) {
            // Mostly small numbers, so that many commands get past the first checks.
            int mask = random.nextInt(8) == 0 ? 0xff : random.nextInt(4);
            cdb[at] = (byte) (random.nextInt(256) & mask);
        }
        if (row.serviceAction() >= 0 && random.nextInt(8) != 0) {
            cdb[1] = (byte) row.serviceAction();
        }
        return cdb;
    }

    private void execute(byte[] cdb, byte[] data, Random random) {
        host.volume.log.clear();
        host.volume.cached = random.nextBoolean();
        host.volume.holding = random.nextInt(4) == 0;
        if (random.nextInt(8) == 0) {
            Kind kind = KINDS.get(random.nextInt(KINDS.size()));
            host.volume.nextFault = DeviceFault.of(kind, "test", "memory");
        } else {
            host.volume.nextFault = null;
        }
        host.task.expectedIn = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(2048);
        host.task.begin(host.nexus, cdb, data);
        host.device.execute(0, host.task);
        if (random.nextInt(4) == 0) {
            host.task.abort();
        }
        host.volume.release();
        assertThat(host.task.data().length).isLessThanOrEqualTo(host.task.expectedIn);
    }
}
