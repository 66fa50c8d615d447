package io.stemma.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;

/** A stream that is not exactly what was exported is never taken for whole. */
class StreamDamageTest {
    private final StreamRig here = new StreamRig(1);
    private final StreamRig there = new StreamRig(2);
    private final Snapshot first;
    private final Snapshot second;
    private final byte[] stream;

    StreamDamageTest() throws Exception {
        Volume volume = here.create("web", 64, 512);
        here.write(volume, 3, filled(2 * 512, 1));
        first = here.snapshot(volume, "monday");
        here.write(volume, 9, filled(3 * 512, 2));
        here.unmap(volume, 0, 8);
        second = here.snapshot(volume, "tuesday");
        there.importNew(here.export(first, null), "copy", false);
        stream = here.export(second, first);
    }

    private static byte[] filled(int bytes, int value) {
        byte[] filled = new byte[bytes];
        Arrays.fill(filled, (byte) value);
        return filled;
    }

    private void refusedAndThenMended(byte[] damaged, String how) throws Exception {
        assertThatThrownBy(() -> there.importOnto(damaged, "copy", false, false))
                .as(how)
                .isInstanceOfAny(StreamException.class, IllegalArgumentException.class);
        Volume copy = there.volume("copy");
        assertThat(there.points().snapshot("copy@tuesday")).as(how).isEmpty();
        boolean half =
                new ImportMarks(there.backend)
                        .of(copy.description().id())
                        .filter(mark -> !mark.whole())
                        .isPresent();
        if (!half) {
            assertThat(there.read(copy)).as(how).isEqualTo(here.read(first));
        }
    }

    @Test
    void everyFlippedBitIsFound() throws Exception {
        for (int at = 0; at < stream.length; at++) {
            byte[] damaged = stream.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            refusedAndThenMended(damaged, "byte " + at);
            there.points().revert(there.volume("copy"), there.named("copy@monday"));
        }
        Snapshot copied = there.importOnto(stream, "copy", false, false);
        assertThat(there.read(copied)).isEqualTo(here.read(second));
    }

    @Test
    void everyTruncationIsFoundAndCanBeResumed() throws Exception {
        for (int length = 0; length < stream.length; length++) {
            refusedAndThenMended(Arrays.copyOf(stream, length), "length " + length);
            there.points().revert(there.volume("copy"), there.named("copy@monday"));
        }
        refusedAndThenMended(Arrays.copyOf(stream, stream.length - 1), "all but one");
        Snapshot copied = there.importOnto(stream, "copy", false, true);
        assertThat(there.read(copied)).isEqualTo(here.read(second));
    }

    @Test
    void whatFollowsTheEndIsRefused() throws Exception {
        refusedAndThenMended(Arrays.copyOf(stream, stream.length + 1), "one more");
    }

    @Test
    void garbageIsRefused() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] garbage = Arrays.copyOf(stream, random.nextInt(stream.length * 2));
            int kept = random.nextInt(garbage.length + 1);
            for (int at = kept; at < garbage.length; at++) {
                garbage[at] = (byte) random.nextInt();
            }
            if (!Arrays.equals(garbage, stream)) {
                assertThatThrownBy(
                                () -> {
                                    StreamReader reader =
                                            StreamReader.open(StreamRig.source(garbage));
                                    while (reader.next()) {
                                        if (reader.isData()) {
                                            reader.payload(
                                                    java.nio.ByteBuffer.allocate(
                                                            reader.payloadBytes()));
                                        }
                                    }
                                })
                        .as("seed %d, try %d", seed, i)
                        .isInstanceOf(StreamException.class);
            }
        }
    }
}
