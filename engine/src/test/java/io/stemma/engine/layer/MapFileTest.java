package io.stemma.engine.layer;

import static io.stemma.engine.layer.BlockState.ABSENT;
import static io.stemma.engine.layer.BlockState.DATA;
import static io.stemma.engine.layer.BlockState.ZERO;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.SimulatedCrash;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.runtime.Limits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

class MapFileTest {
    private static final int CHUNK = PresenceMap.CHUNK_BLOCKS;
    private static final long SEED = Long.getLong("stemma.seed", System.nanoTime());
    private static final int KEY = 0x1234;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private int files;

    private BlockFile file() throws IOException {
        return disk.folder().create("map." + files++, 0);
    }

    private static byte[] bytes(BlockFile file) throws IOException {
        int size = (int) file.size();
        Memory memory = new Memory(size);
        file.read(0, memory.address(), size);
        return memory.get(size);
    }

    private static BlockFile fill(BlockFile file, byte[] bytes) throws IOException {
        file.resize(bytes.length);
        if (bytes.length > 0) {
            file.write(0, Memory.of(bytes).address(), bytes.length);
        }
        return file;
    }

    private BlockFile write(PresenceMap map) throws IOException {
        BlockFile file = file();
        MapFile.write(file, KEY, map);
        return file;
    }

    private static void same(PresenceMap found, PresenceMap wanted, String about) {
        long blocks = wanted.blockCount();
        assertThat(found.blockCount()).as(about).isEqualTo(blocks);
        assertThat(StateModel.runs(found, 0, blocks))
                .as(about)
                .isEqualTo(StateModel.runs(wanted, 0, blocks));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 9 * CHUNK + 77, 300L * CHUNK})
    void whatIsWrittenIsRead(long blocks) throws IOException {
        String about = "stemma.seed=" + SEED + ", " + blocks + " blocks";
        PresenceMap map = StateModel.random(new Random(SEED + blocks), blocks);
        BlockFile written = write(map);
        MapFile file = MapFile.open(written);
        assertThat(file.layerKey()).isEqualTo(KEY);
        assertThat(file.blockCount()).isEqualTo(blocks);
        same(file.read(), map, about);

        PresenceMap chunks = new PresenceMap(blocks);
        if (blocks > 0) {
            chunks.set(0, blocks, ZERO);
        }
        for (int i = 0; i < map.chunkCount(); i++) {
            file.read(i, chunks);
        }
        same(chunks, map, about + ", by chunks");
    }

    @Test
    void aLongerFileOfBeforeIsReplaced() throws IOException {
        BlockFile file = write(StateModel.random(new Random(SEED), 9 * CHUNK));
        PresenceMap map = new PresenceMap(CHUNK);
        map.set(3, 4, DATA);
        MapFile.write(file, KEY + 1, map);
        assertThat(MapFile.open(file).layerKey()).isEqualTo(KEY + 1);
        same(MapFile.open(file).read(), map, "replaced");
        assertThat(file.size()).isEqualTo(44 + 3 * 4 + 16);
    }

    @Test
    void sizesFollowTheContent() throws IOException {
        PresenceMap largest = new PresenceMap(Limits.LAYER_BLOCKS_MAX);
        assertThat(write(largest).size()).isEqualTo(44);
        largest.set(0, Limits.LAYER_BLOCKS_MAX, DATA);
        BlockFile full = write(largest);
        assertThat(full.size()).isEqualTo(44 + 16);
        PresenceMap read = MapFile.open(full).read();
        assertThat(read.all(0, Limits.LAYER_BLOCKS_MAX, DATA)).isTrue();

        PresenceMap nearlyWhole = new PresenceMap(CHUNK);
        for (int i = 0; i < 2 * RunChunk.RUNS_MAX; i++) {
            nearlyWhole.set(4L * i, 1, DATA);
        }
        nearlyWhole.set(400, CHUNK - 400, ZERO);
        assertThat(nearlyWhole.chunk(0)).isInstanceOf(DenseChunk.class);
        assertThat(write(nearlyWhole).size()).isEqualTo(44 + 16 + 201 * 4);
    }

    @Test
    void aCrashAtAnyOperationLeavesTheMapOrNone() throws IOException {
        PresenceMap map = StateModel.random(new Random(5), 9 * CHUNK);
        for (int cut = 1; cut <= 12; cut++) {
            SimulatedDisk crashing = new SimulatedDisk(cut);
            BlockFile file = crashing.folder().create("map", 0);
            crashing.folder().sync();
            crashing.crashAtOperation(crashing.operations() + cut);
            boolean whole = true;
            try {
                MapFile.write(file, KEY, map);
            } catch (SimulatedCrash crash) {
                whole = false;
            }
            BlockFile after = crashing.restart(false).open("map");
            try {
                same(MapFile.open(after).read(), map, "cut " + cut);
            } catch (MapDamage damage) {
                assertThat(whole).as("cut %d: %s", cut, damage.getMessage()).isFalse();
            }
        }
    }

    /** A file with each kind of entry. */
    private byte[] small(boolean dense) throws IOException {
        PresenceMap map = new PresenceMap(6L * CHUNK + 1000);
        map.set(0, CHUNK, DATA);
        map.set(CHUNK, CHUNK, ZERO);
        map.set(2L * CHUNK + 17, 3, DATA);
        map.set(3L * CHUNK - 5, 9, ZERO);
        map.set(6L * CHUNK, 500, DATA);
        if (dense) {
            for (int i = 0; i < 9000; i++) {
                map.set(4L * CHUNK + 2L * i, 1, DATA);
            }
        }
        return bytes(write(map));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyFlippedByteIsFound(boolean dense) throws IOException {
        byte[] right = small(dense);
        BlockFile file = fill(file(), right);
        MapFile.open(file).read();
        Random random = new Random(SEED);
        // Of the long body a part will do.
        int step = dense ? 61 : 1;
        for (int at = 0; at < right.length; at += step) {
            byte[] wrong = {(byte) (right[at] ^ (1 << random.nextInt(8)))};
            file.write(at, Memory.of(wrong).address(), 1);
            assertThatThrownBy(() -> MapFile.open(file).read())
                    .as("stemma.seed=%d, byte %d", SEED, at)
                    .isInstanceOf(MapDamage.class)
                    .hasMessageContaining(file.name())
                    .hasMessageContaining("at byte ");
            file.write(at, Memory.of(new byte[] {right[at]}).address(), 1);
            // The simulated disk remembers versions of pages up to a sync.
            file.dataSync();
        }
        MapFile.open(file).read();
    }

    @Test
    void everyOtherLengthIsFound() throws IOException {
        byte[] right = small(false);
        for (int length = 0; length < right.length + 3; length++) {
            if (length == right.length) {
                continue;
            }
            BlockFile file = fill(file(), Arrays.copyOf(right, length));
            assertThatThrownBy(() -> MapFile.open(file))
                    .as("length %d", length)
                    .isInstanceOf(MapDamage.class);
        }
    }

    @Test
    void damageOfAChunkIsNamedAndLeavesTheOthersReadable() throws IOException {
        byte[] bytes = small(true);
        bytes[MapFile.HEADER_BYTES + 1] ^= 4;
        BlockFile file = fill(file(), bytes);
        MapFile map = MapFile.open(file);
        PresenceMap into = new PresenceMap(map.blockCount());
        assertThatThrownBy(() -> map.read(2, into))
                .isInstanceOfSatisfying(
                        MapDamage.class,
                        damage -> {
                            assertThat(damage.file()).isEqualTo(file.name());
                            assertThat(damage.offset()).isEqualTo(MapFile.HEADER_BYTES);
                        })
                .hasMessage(file.name() + ": at byte 44: chunk 2: its checksum is wrong");
        for (int chunk : new int[] {0, 1, 3, 4, 5, 6}) {
            map.read(chunk, into);
        }
        assertThat(into.get(3L * CHUNK)).isEqualTo(ZERO);
    }

    /** A file whose checksums are right and whose content is not. */
    private BlockFile forged(long blocks, int[] entry, int... body) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(44 + body.length * 4 + 16);
        out.position(44);
        for (int number : body) {
            out.putInt(number);
        }
        ByteBuffer bodyBytes = out.duplicate().flip().position(44);
        boolean uniform = entry[2] >>> 24 < 3;
        int checksum = uniform ? 0 : MapIndex.checksum(entry[0], bodyBytes);
        out.putInt(entry[0]).putInt(entry[1]).putInt(entry[2]).putInt(checksum);
        int indexSum = MapIndex.checksum(out.duplicate().flip().position(44 + body.length * 4));
        out.putLong(0, MapFile.MAGIC).putInt(8, MapFile.FORMAT_VERSION).putInt(12, KEY);
        out.putLong(16, blocks).putInt(24, 1).putInt(28, indexSum).putLong(32, out.capacity());
        out.putInt(40, MapIndex.checksum(out.duplicate().flip().limit(40)));
        return fill(file(), out.array());
    }

    private static int[] runs(int chunk, int count) {
        return new int[] {chunk, 1, MapIndex.RUNS << 24 | count * 4};
    }

    private void refused(String why, long blocks, int[] entry, int... body) throws IOException {
        BlockFile file = forged(blocks, entry, body);
        assertThatThrownBy(() -> MapFile.open(file).read())
                .isInstanceOf(MapDamage.class)
                .hasMessageContaining(why);
    }

    @Test
    void contentThatNoMapHasIsRefusedEvenIfItsChecksumsAreRight() throws IOException {
        int data = 17 << 2 | 1;
        BlockFile right = forged(CHUNK, runs(0, 2), 0, data);
        assertThat(MapFile.open(right).read().all(17, CHUNK - 17, DATA)).isTrue();

        refused("no map has such states", CHUNK, runs(0, 2), 4, data);
        refused("no map has such states", CHUNK, runs(0, 2), 0, 17 << 2 | 3);
        refused("no map has such states", CHUNK, runs(0, 2), 0, CHUNK << 2 | 1);
        refused("no map has such states", CHUNK, runs(0, 2), 0, -3);
        refused("no map has such states", CHUNK, runs(0, 2), 0, 17 << 2);
        refused("no map has such states", CHUNK, runs(0, 3), 0, data, 17 << 2 | 2);
        refused("beyond the last block", CHUNK - 1, runs(0, 2), 0, data);
        refused("out of place", CHUNK, runs(1, 2), 0, data);
        refused("out of place", CHUNK, runs(-1, 2), 0, data);
        refused("no runs have that length", CHUNK, runs(0, 1), 0);
        refused("no runs have that length", CHUNK, new int[] {0, 2, MapIndex.RUNS << 24 | 8}, 0, 1);
        refused("no dense chunk", CHUNK, new int[] {0, 1, MapIndex.DENSE << 24 | 8}, 0, 1);
        refused("there is no kind 5", CHUNK, new int[] {0, 1, 5 << 24}, 0);
        refused("do not end where", CHUNK, new int[] {0, 1, MapIndex.ALL_DATA << 24}, 0);
        refused("out of place", CHUNK, new int[] {0, 2, MapIndex.ALL_DATA << 24});
        refused("out of place", CHUNK, new int[] {0, -1, MapIndex.ALL_DATA << 24});
        refused("out of place", CHUNK - 1, new int[] {0, 1, MapIndex.ALL_ZERO << 24});
        refused("out of place", 5L * CHUNK, new int[] {4, Integer.MAX_VALUE, 1 << 24});
        refused("no layer has", -1, new int[] {0, 1, MapIndex.ALL_ZERO << 24});
        refused("no layer has", Long.MAX_VALUE, new int[] {0, 1, MapIndex.ALL_ZERO << 24});
    }

    @Test
    void denseBitsThatAreNoStateAreRefused() throws IOException {
        int[] body = new int[DenseChunk.BYTES / 4];
        Arrays.fill(body, 0x66666666);
        int[] entry = {0, 1, MapIndex.DENSE << 24 | DenseChunk.BYTES};
        assertThat(MapFile.open(forged(CHUNK, entry, body)).read().count(ABSENT)).isZero();
        body[5000] |= 0x300;
        refused("no map has such states", CHUNK, entry, body);
    }

    @Test
    void aLaterFormatIsNotTouched() throws IOException {
        byte[] bytes = small(false);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.putInt(8, 2).putInt(40, MapIndex.checksum(header.duplicate().limit(40)));
        BlockFile file = fill(file(), bytes);
        assertThatThrownBy(() -> MapFile.open(file)).hasMessageContaining("a newer version");
    }
}
