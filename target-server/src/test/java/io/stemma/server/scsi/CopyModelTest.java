package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;

import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Random copies between and within two units against a model; the seed is printed. */
class CopyModelTest {
    private static final int COPIES = 400;
    private static final int BLOCKS = 600;
    private static final int BLOCK = 512;
    private static final int SEGMENT_BLOCKS_MAX = 300;

    /** A segment as the model knows it. */
    private record Step(int source, int from, int destination, int to, int blocks) {}

    private final MemoryVolume[] volumes = {
        new MemoryVolume(BLOCKS, BLOCK), new MemoryVolume(BLOCKS, BLOCK)
    };

    /** What each block holds; 0 where it was never written or was unmapped. */
    private final int[][] model = new int[2][BLOCKS];

    private int nextValue = 1;

    @Test
    void copiesDoWhatTheModelSays() {
        long seed = Long.getLong("stemma.seed", System.nanoTime());
        System.out.println("CopyModelTest seed " + seed);
        Random random = new Random(seed);
        volumes[1].naa = MemoryVolume.NAA + 1;
        Host host = new Host(volumes[0], false);
        host.device.map(1, host.another(volumes[1]), false);
        host.send("a0 00 00 000000 00000100 00 00");
        for (int i = 0; i < COPIES; i++) {
            change(random);
            copy(host, random, "seed " + seed + ", copy " + i);
        }
        assertThat(host.copies.taken()).isZero();
    }

    /** A host writes or unmaps some blocks. */
    private void change(Random random) {
        int unit = random.nextInt(2);
        int first = random.nextInt(BLOCKS);
        int count = 1 + random.nextInt(Math.min(60, BLOCKS - first));
        boolean unmap = random.nextInt(3) == 0;
        for (int block = first; block < first + count; block++) {
            int value = unmap ? 0 : nextValue++;
            model[unit][block] = value;
            volumes[unit].bytes().set(ValueLayout.JAVA_INT, (long) block * BLOCK, value);
            volumes[unit].mapped.set(block, !unmap);
        }
    }

    private void copy(Host host, Random random, String which) {
        CopyLists lists = new CopyLists();
        lists.naa(MemoryVolume.NAA, BLOCK);
        lists.naa(MemoryVolume.NAA + 1, BLOCK);
        int segments = 1 + random.nextInt(4);
        Step[] steps = new Step[segments];
        for (int i = 0; i < segments; i++) {
            int blocks = random.nextInt(SEGMENT_BLOCKS_MAX);
            int from = random.nextInt(BLOCKS - blocks);
            int near = Math.floorMod(from + random.nextInt(40) - 20, BLOCKS - blocks);
            int to = random.nextBoolean() ? near : random.nextInt(BLOCKS - blocks);
            steps[i] = new Step(random.nextInt(2), from, random.nextInt(2), to, blocks);
            lists.segment(steps[i].source, from, steps[i].destination, to, blocks);
        }
        byte[] list = lists.bytes();
        boolean ends = random.nextInt(3) == 0;
        int unit = random.nextInt(2);
        if (ends && random.nextBoolean()) {
            volumes[unit].faultAfter(random.nextInt(6), fault());
        } else if (ends) {
            volumes[unit].afterRequests(random.nextInt(6), host.task::abort);
        }
        host.send(CopyLists.cdb(list.length), list);
        volumes[unit].afterRequests(0, () -> {});
        assertThat(host.task.finished).as(which).isEqualTo(1);
        assertThat(volumes[0].locked).as(which).isNull();
        assertThat(volumes[1].locked).as(which).isNull();
        if (!host.task.aborted() && host.task.status() == 0) {
            for (Step step : steps) {
                apply(step);
            }
            compare(which);
        } else {
            follow(steps, which);
        }
    }

    private static DeviceFault fault() {
        return new DeviceFault(Kind.MEDIUM, "test", "memory", 1, 0, null);
    }

    private void apply(Step step) {
        int[] moved = new int[step.blocks];
        System.arraycopy(model[step.source], step.from, moved, 0, step.blocks);
        System.arraycopy(moved, 0, model[step.destination], step.to, step.blocks);
    }

    private void compare(String which) {
        for (int unit = 0; unit < 2; unit++) {
            for (int block = 0; block < BLOCKS; block++) {
                assertThat(value(unit, block))
                        .as("%s, unit %d block %d", which, unit, block)
                        .isEqualTo(model[unit][block]);
            }
        }
    }

    private int value(int unit, int block) {
        return volumes[unit].bytes().get(ValueLayout.JAVA_INT, (long) block * BLOCK);
    }

    /**
     * A copy that ended early did some segments, a part of one, and nothing of the others: some
     * number of segments explains every block, each old or new where the last one was under way.
     */
    private void follow(Step[] steps, String which) {
        for (Step step : steps) {
            int[][] before = {model[0].clone(), model[1].clone()};
            apply(step);
            if (explains(before)) {
                for (int unit = 0; unit < 2; unit++) {
                    for (int block = 0; block < BLOCKS; block++) {
                        model[unit][block] = value(unit, block);
                    }
                }
                return;
            }
        }
        throw new AssertionError(which + ": nothing explains what is there");
    }

    private boolean explains(int[][] before) {
        for (int unit = 0; unit < 2; unit++) {
            for (int block = 0; block < BLOCKS; block++) {
                int is = value(unit, block);
                if (is != before[unit][block] && is != model[unit][block]) {
                    return false;
                }
            }
        }
        return true;
    }
}
