package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.io.SimulatedCrash;
import io.stemma.engine.runtime.Limits;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/** What random programs found, said in a few steps. */
class FoundByProgramsTest {
    private static final int BLOCKS = 24;
    private static final int SEEDS = 40;

    private static PointsInTime points(SimulatedVolumeRig rig) {
        return rig.backend.facet(PointsInTime.class).orElseThrow();
    }

    private static Snapshot snapshot(SimulatedVolumeRig rig, String name) throws Exception {
        try (PointsInTime.Cut cut = points(rig).prepare(List.of(rig.volume))) {
            cut.cut();
            return cut.complete(name).getFirst();
        }
    }

    @Test
    void aSnapshotAfterOneThatWasGivenUpIsDurableAllTheSame() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedVolumeRig rig = new SimulatedVolumeRig(seed, BLOCKS * 512);
            rig.write(0, BLOCKS, 1);
            try (PointsInTime.Cut cut = points(rig).prepare(List.of(rig.volume))) {
                cut.cut();
            }
            snapshot(rig, "s");
            rig.restart(false);
            assertThat(rig.read(0, BLOCKS)).as("seed %d", seed).containsOnly(1);
        }
    }

    @Test
    void aDurableZeroDoesNotStandOnAnUnmapThatIsVoid() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedVolumeRig rig = new SimulatedVolumeRig(seed, BLOCKS * 512);
            rig.write(0, BLOCKS, 1);
            rig.flush();
            rig.unmap(8, 8);
            PointsInTime.Cut cut = points(rig).prepare(List.of(rig.volume));
            cut.cut();
            TestRequest zeroes = new TestRequest();
            zeroes.writeZeroes(8, 8, true);
            assertThat(rig.run(zeroes)).isNull();
            rig.restart(false);
            assertThat(rig.read(8, 8)).as("seed %d", seed).containsOnly(0);
        }
    }

    @Test
    void aShrinkThatWasCutLosesNothing() throws Exception {
        for (int operation = 1; operation < 60; operation++) {
            SimulatedVolumeRig rig = new SimulatedVolumeRig(operation, BLOCKS * 512);
            rig.write(0, BLOCKS, 1);
            snapshot(rig, "s");
            rig.disk.crashAtOperation(rig.disk.operations() + operation);
            try {
                rig.backend.resize(rig.volume, 4, true);
            } catch (SimulatedCrash crash) {
                // As ordered.
            }
            rig.restart(true);
            int left = (int) rig.volume.geometry().blockCount();
            assertThat(left).isIn(4, BLOCKS);
            assertThat(rig.read(0, left)).as("operation %d", operation).containsOnly(1);
        }
    }

    @Test
    void aFlatteningGoesOnWithTheHeadThatASnapshotMadeMeanwhile() throws Exception {
        for (int steps = 0; steps < 30; steps++) {
            SimulatedVolumeRig rig = new SimulatedVolumeRig(steps, BLOCKS * 512);
            rig.write(0, BLOCKS, 1);
            snapshot(rig, "first");
            rig.write(8, 8, 2);
            points(rig).flatten(rig.volume);
            for (int i = 0; i < steps; i++) {
                rig.threads.step();
            }
            snapshot(rig, "second");
            rig.threads.runAll();
            byte[] expected = new byte[BLOCKS * 512];
            Arrays.fill(expected, (byte) 1);
            Arrays.fill(expected, 8 * 512, 16 * 512, (byte) 2);
            assertThat(rig.read(0, BLOCKS)).as("after %d steps", steps).isEqualTo(expected);
            rig.restart(true);
            assertThat(rig.read(0, BLOCKS)).as("after %d steps", steps).isEqualTo(expected);
        }
    }

    @Test
    void workOnLayersEndsWhereAVolumeSeesLessOfOneThanItHolds() throws Exception {
        int blocks = (int) (2 * Limits.TRIM_BLOCKS_WORTH * Limits.LAYER_BLOCK_BYTES / 512);
        SimulatedVolumeRig rig = new SimulatedVolumeRig(1, blocks * 512L);
        rig.write(0, blocks, 1);
        Snapshot snapshot = snapshot(rig, "s");
        rig.backend.resize(rig.volume, blocks / 2, true);
        points(rig).delete(snapshot);
        rig.threads.runAll();
        assertThat(rig.read(0, blocks / 2)).containsOnly(1);
    }
}
