package io.stemma.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Full streams and chains of differences, from one pool to others. */
class StreamChainTest {
    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void whatArrivesIsWhatWasSentBlockByBlock(int blockBytes) throws Exception {
        long base = Long.getLong("stemma.seed", System.nanoTime());
        for (long seed = base; seed < base + 12; seed++) {
            System.out.println("seed " + seed + " (-Dstemma.seed)");
            chain(seed, blockBytes);
        }
    }

    private static void chain(long seed, int blockBytes) throws Exception {
        Random random = new Random(seed);
        StreamRig here = new StreamRig(seed);
        StreamRig there = new StreamRig(seed + 1);
        StreamRig far = new StreamRig(seed + 2);
        Volume volume = here.create("web", 1 + random.nextInt(1500), blockBytes);
        here.scribble(volume, random, 20);
        List<Snapshot> sent = new ArrayList<>();
        Snapshot last = here.snapshot(volume, "s0");
        sent.add(last);
        there.importNew(here.export(last, null), "copy", false);
        for (int i = 1; i <= 6; i++) {
            change(here, volume, random);
            Snapshot next = here.snapshot(volume, "s" + i);
            there.importOnto(here.export(next, last), "copy", false, false);
            sent.add(next);
            last = next;
            if (random.nextInt(3) == 0) {
                // Merges below the base must not matter.
                here.points().delete(sent.remove(random.nextInt(sent.size() - 1)));
            }
        }
        for (Snapshot one : sent) {
            Snapshot copy = there.named("copy@" + one.name());
            assertThat(copy.geometry()).isEqualTo(one.geometry());
            assertThat(there.read(copy)).as("seed %d, %s", seed, one).isEqualTo(here.read(one));
        }
        // The copy of a copy takes differences from the origin.
        Snapshot from = sent.getFirst();
        far.importNew(there.export(there.named("copy@" + from.name()), null), "far", false);
        far.importOnto(here.export(last, from), "far", false, false);
        assertThat(far.read(far.volume("far"))).as("seed %d", seed).isEqualTo(here.read(last));
    }

    private static void change(StreamRig rig, Volume volume, Random random) throws Exception {
        rig.scribble(volume, random, random.nextInt(12));
        if (random.nextInt(2) == 0) {
            rig.backend.resize(volume, 1 + random.nextInt(1500), true);
            rig.scribble(volume, random, random.nextInt(6));
        }
        if (random.nextInt(3) == 0) {
            rig.backend.resize(volume, 1 + random.nextInt(1500), true);
        }
    }

    private final StreamRig here = new StreamRig(1);
    private final Volume web = here.create("web", 4096, 512);
    private final StreamRig there = new StreamRig(2);
    private final Snapshot[] days = new Snapshot[3];
    private final byte[] full;
    private final byte[] toTuesday;
    private final byte[] toWednesday;

    StreamChainTest() throws Exception {
        for (int i = 0; i < days.length; i++) {
            here.scribble(web, new Random(i), 10);
            days[i] = here.snapshot(web, List.of("mon", "tue", "wed").get(i));
        }
        full = here.export(days[0], null);
        toTuesday = here.export(days[1], days[0]);
        toWednesday = here.export(days[2], days[1]);
    }

    @Test
    void anotherBaseIsRefusedAndNothingChanges() throws Exception {
        there.importNew(full, "copy", false);
        byte[] before = there.read(there.volume("copy"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> there.importOnto(toWednesday, "copy", false, false))
                .withMessageContaining("web@tue");
        there.create("other", 4096, 512);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> there.importOnto(toTuesday, "other", true, false))
                .withMessageContaining("import that one first");
        assertThat(there.read(there.volume("copy"))).isEqualTo(before);
        there.importOnto(toTuesday, "copy", false, false);
        there.importOnto(toWednesday, "copy", false, false);
        assertThat(there.read(there.volume("copy"))).isEqualTo(here.read(days[2]));
    }

    @Test
    void aVolumeThatChangedSinceTheBaseIsRefusedUnlessItMayBeReverted() throws Exception {
        there.importNew(full, "copy", false);
        there.write(there.volume("copy"), 5, new byte[512]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> there.importOnto(toTuesday, "copy", false, false))
                .withMessageContaining("revert it");
        there.importOnto(toTuesday, "copy", true, false);
        assertThat(there.read(there.volume("copy"))).isEqualTo(here.read(days[1]));
    }

    @Test
    void kindsOfStreamsAreNotMixedUp() throws Exception {
        there.importNew(full, "copy", false);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> there.importNew(toTuesday, "new", false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> there.importOnto(full, "copy", false, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> there.importNew(full, "copy", false))
                .withMessageContaining("exists");
        there.importOnto(toTuesday, "copy", false, false);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> there.importOnto(toTuesday, "copy", true, false))
                .withMessageContaining("already");
    }

    @Test
    void aHostThatWritesMeanwhileMakesTheImportFail() throws Exception {
        there.importNew(full, "copy", false);
        try (Import in = new Import(there.backend, StreamRig.source(toTuesday), there.waiting())) {
            in.onto(there.volume("copy"), false, false);
            there.write(there.volume("copy"), 9, new byte[512]);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> in.run(StreamProgress.NONE))
                    .withMessageContaining("somebody else");
        }
        assertThat(there.points().snapshot("copy@tue")).isEmpty();
        there.importOnto(toTuesday, "copy", true, false);
        assertThat(there.read(there.volume("copy"))).isEqualTo(here.read(days[1]));
    }

    @Test
    void theBaseIsHeldUntilTheImportIsDoneOrThrownAway() throws Exception {
        there.importNew(full, "copy", false);
        byte[] half = java.util.Arrays.copyOf(toTuesday, toTuesday.length / 2);
        assertThatThrownBy(() -> there.importOnto(half, "copy", false, false))
                .isInstanceOf(StreamException.class);
        assertThat(there.named("copy@mon").holds()).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> there.importOnto(toTuesday, "copy", false, false))
                .withMessageContaining("resume it");
        there.importOnto(toTuesday, "copy", false, true);
        assertThat(there.named("copy@mon").holds()).isEmpty();
        assertThat(there.read(there.volume("copy"))).isEqualTo(here.read(days[1]));
    }

    @Test
    void anImportThatMeetsAFullDiskIsResumedWhenThereIsRoom() throws Exception {
        there.importNew(full, "copy", false);
        there.disk.full(true);
        assertThatThrownBy(() -> there.importOnto(toTuesday, "copy", false, false))
                .isInstanceOf(DeviceException.class);
        there.disk.full(false);
        there.importOnto(toTuesday, "copy", false, true);
        assertThat(there.read(there.volume("copy"))).isEqualTo(here.read(days[1]));
    }
}
