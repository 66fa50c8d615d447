package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.SimulatedDisk;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Objects;
import java.util.Random;

/** What a killed process and a lost power leave, and what a failed sync means. */
class DurabilityTest {
    private static final int BLOCKS = 256;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aKilledProcessLosesNothingThatWasAcknowledged(long seed) throws Exception {
        Random random = new Random(seed);
        SimulatedVolumeRig rig = new SimulatedVolumeRig(seed, BLOCKS * 512);
        byte[] model = new byte[BLOCKS];
        for (int round = 0; round < 6; round++) {
            for (int step = 0; step < 30; step++) {
                change(random, rig, model);
            }
            rig.restart(true);
            check(rig, model, seed);
        }
    }

    private static void change(Random random, SimulatedVolumeRig rig, byte[] model) {
        int first = random.nextInt(BLOCKS);
        int count = 1 + random.nextInt(Math.min(24, BLOCKS - first));
        int value = 1 + random.nextInt(100);
        switch (random.nextInt(6)) {
            case 0 -> {
                rig.unmap(first, count);
                value = 0;
            }
            case 1 -> rig.writeDurable(first, count, value);
            default -> rig.write(first, count, value);
        }
        for (int block = first; block < first + count; block++) {
            model[block] = (byte) value;
        }
        if (random.nextInt(10) == 0) {
            rig.flush();
        }
        if (random.nextInt(10) == 0) {
            rig.clock.pass(5_000_000_000L);
            rig.threads.tick();
        }
    }

    private static void check(SimulatedVolumeRig rig, byte[] model, long seed) {
        byte[] all = rig.read(0, BLOCKS);
        for (int i = 0; i < all.length; i++) {
            assertThat(all[i]).as("seed %d block %d", seed, i / 512).isEqualTo(model[i / 512]);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whatWasFlushedOrForcedSurvivesALostPower(long seed) throws Exception {
        Random random = new Random(seed);
        SimulatedVolumeRig rig = new SimulatedVolumeRig(seed, BLOCKS * 512);
        byte[] model = new byte[BLOCKS];
        for (int round = 0; round < 10; round++) {
            for (int step = 0; step < 10; step++) {
                change(random, rig, model);
            }
            rig.flush();
            // One block in the middle is forced, with whatever unsynced things around it.
            int forced = random.nextInt(BLOCKS);
            rig.write(forced & ~7, 8, 111);
            rig.writeDurable(forced, 1, 112);
            if (random.nextBoolean()) {
                rig.restart(true);
            }
            rig.restart(false);
            byte[] now = rig.read(0, BLOCKS);
            for (int block = 0; block < BLOCKS; block++) {
                byte value = now[block * 512];
                for (int i = 0; i < 512; i++) {
                    assertThat(now[block * 512 + i]).isEqualTo(value);
                }
                if (block == forced) {
                    assertThat(value).as("seed %d", seed).isEqualTo((byte) 112);
                } else if (block / 8 == forced / 8) {
                    assertThat(value).as("seed %d", seed).isIn(model[block], (byte) 111);
                } else {
                    assertThat(value).as("seed %d block %d", seed, block).isEqualTo(model[block]);
                }
                model[block] = value;
            }
        }
    }

    @Test
    void aForcedPartOfAFreshBlockBringsTheRestOfItAlong() throws Exception {
        for (long seed = 1; seed <= 30; seed++) {
            SimulatedVolumeRig rig = new SimulatedVolumeRig(seed, BLOCKS * 512);
            rig.write(0, 8, 5);
            rig.writeDurable(3, 1, 6);
            rig.restart(false);
            byte[] now = rig.read(0, 8);
            for (int i = 0; i < now.length; i++) {
                assertThat(now[i]).as("seed %d", seed).isEqualTo((byte) (i / 512 == 3 ? 6 : 5));
            }
        }
    }

    @Test
    void aForcedWriteSyncsNothingElse() throws Exception {
        SimulatedVolumeRig rig = new SimulatedVolumeRig(1, BLOCKS * 512);
        rig.disk.record(true);
        rig.writeDurable(16, 8, 1);
        rig.writeDurable(17, 2, 2);
        assertThat(rig.count(SimulatedDisk.Act.DATA_SYNC)).isZero();
        assertThat(rig.count(SimulatedDisk.Act.WRITE_DURABLE)).isEqualTo(2);
    }

    @Test
    void aFailedSyncTakesTheVolumeOfflineUntilItIsRecovered() throws Exception {
        SimulatedVolumeRig rig = new SimulatedVolumeRig(3, BLOCKS * 512);
        rig.write(0, 8, 1);
        rig.flush();
        rig.write(8, 8, 2);
        rig.disk.failNextSync("layer.");
        TestRequest flush = new TestRequest();
        flush.flush();
        assertThat(Objects.requireNonNull(rig.run(flush)).kind())
                .isEqualTo(DeviceFault.Kind.OFFLINE);
        offline(rig);
        rig.restart(true);
        offline(rig);
        rig.restart(false);
        offline(rig);
        rig.backend.recover(rig.volume);
        assertThat(rig.volume.offlineFault()).isNull();
        assertThat(rig.read(0, 8)).containsOnly(1);
        assertThat(rig.read(8, 8)).containsOnly(0);
        rig.write(8, 8, 4);
        rig.flush();
        rig.restart(false);
        assertThat(rig.read(8, 8)).containsOnly(4);
    }

    private static void offline(SimulatedVolumeRig rig) {
        assertThat(rig.volume.offlineFault()).isNotNull();
        DeviceFault fault = Objects.requireNonNull(rig.run(rig.writing(0, 8, 9, false)));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.OFFLINE);
        assertThat(rig.volume.tryRead(0, 1, new io.stemma.engine.io.Memory(512).address()))
                .isFalse();
    }

    @Test
    void aFullDiskRefusesNewBlocksAndKeepsTheOldOnes() throws Exception {
        SimulatedVolumeRig rig = new SimulatedVolumeRig(4, BLOCKS * 512);
        rig.write(0, 8, 1);
        rig.disk.full(true);
        DeviceFault fault = Objects.requireNonNull(rig.run(rig.writing(80, 8, 9, false)));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.SPACE_EXHAUSTED);
        rig.write(0, 8, 2);
        assertThat(rig.read(80, 8)).containsOnly(0);
        rig.disk.full(false);
        rig.write(80, 8, 9);
        assertThat(rig.read(80, 8)).containsOnly(9);
        assertThat(rig.volume.offlineFault()).isNull();
    }
}
