package io.stemma.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.io.SimulatedCrash;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Random;

/** An import that is cut off at any operation of the disk, and resumed, again and again. */
class ImportCrashTest {
    @Test
    void aCutImportIsResumedOrWasDone() throws Exception {
        long base = Long.getLong("stemma.seed", System.nanoTime());
        for (long seed = base; seed < base + 60; seed++) {
            try {
                program(seed);
            } catch (Throwable failed) {
                throw new AssertionError("seed " + seed + " (-Dstemma.seed)", failed);
            }
        }
        System.out.println("seeds from " + base + " (-Dstemma.seed)");
    }

    private static void program(long seed) throws Exception {
        Random random = new Random(seed * 0x9E37_79B9_7F4A_7C15L);
        StreamRig here = new StreamRig(seed);
        StreamRig there = new StreamRig(seed + 1);
        Volume web = here.create("web", 3000, 512);
        here.scribble(web, random, 30);
        Snapshot monday = here.snapshot(web, "monday");
        here.scribble(web, random, 20);
        here.backend.resize(web, 2000 + random.nextInt(2000), true);
        here.scribble(web, random, 5);
        Snapshot tuesday = here.snapshot(web, "tuesday");
        byte[] full = here.export(monday, null);
        byte[] rest = here.export(tuesday, monday);

        cutUntilDone(there, random, "copy@monday", resume -> there.importNew(full, "copy", resume));
        cutUntilDone(
                there,
                random,
                "copy@tuesday",
                resume -> there.importOnto(rest, "copy", false, resume));

        assertThat(there.read(there.named("copy@monday"))).isEqualTo(here.read(monday));
        assertThat(there.read(there.named("copy@tuesday"))).isEqualTo(here.read(tuesday));
        assertThat(there.read(there.volume("copy"))).isEqualTo(here.read(tuesday));
        Volume copy = there.volume("copy");
        assertThat(new ImportMarks(there.backend).of(copy.description().id())).isEmpty();
        assertThat(there.named("copy@monday").holds()).isEmpty();
    }

    private interface Attempt {
        Snapshot run(boolean resume) throws IOException;
    }

    private static void cutUntilDone(StreamRig rig, Random random, String fullName, Attempt attempt)
            throws Exception {
        for (int cuts = 0; cuts < 4; cuts++) {
            rig.disk.crashAtOperation(rig.disk.operations() + 1 + random.nextInt(150));
            boolean done = false;
            try {
                attempt.run(cuts > 0);
                done = true;
            } catch (SimulatedCrash cut) {
                assertThat(rig.disk.crashed()).isTrue();
            }
            rig.restart(random.nextBoolean());
            if (done || isDone(rig, fullName)) {
                return;
            }
        }
        attempt.run(true);
    }

    /** Whether nothing was left to do but to say so. */
    private static boolean isDone(StreamRig rig, String fullName) {
        return rig.points().snapshot(fullName).isPresent()
                && new ImportMarks(rig.backend).of(rig.volume("copy").description().id()).isEmpty();
    }
}
