package io.stemma.engine.layer;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.runtime.Invariant;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes a {@link MapFile} from front to back, chunk by chunk in their order. One thread. */
final class MapWriter implements AutoCloseable {
    private static final int PIECE_BYTES = 256 << 10;

    private final BlockFile file;
    private final int layerKey;
    private final long blockCount;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(PIECE_BYTES, Long.BYTES);
    private final ByteBuffer out = memory.asByteBuffer();
    private long offset = MapFile.HEADER_BYTES;

    /** Entries of the index so far, four numbers each. */
    private int[] index = new int[64];

    private int entries;

    MapWriter(BlockFile file, int layerKey, long blockCount) {
        this.file = file;
        this.layerKey = layerKey;
        this.blockCount = blockCount;
    }

    /** Adds a chunk that holds something. */
    void add(int chunk, PresenceChunk states) throws IOException {
        if (states instanceof RunChunk runs) {
            add(chunk, runs);
        } else if (states instanceof DenseChunk dense) {
            add(chunk, dense);
        }
    }

    private void add(int chunk, RunChunk runs) throws IOException {
        if (runs.isUniform()) {
            uniform(chunk, runs.get(0));
            return;
        }
        runs(chunk, runs.runs());
    }

    private void runs(int chunk, int[] runs) throws IOException {
        room(runs.length * Integer.BYTES);
        int begin = out.position();
        for (int run : runs) {
            out.putInt(run);
        }
        body(chunk, MapIndex.RUNS, begin);
    }

    private void add(int chunk, DenseChunk dense) throws IOException {
        // As it fell into pieces it may have become whole again, or nearly so.
        int[] runs = dense.runs(MapIndex.RUNS_MAX);
        if (runs != null && runs.length > 1) {
            runs(chunk, runs);
            return;
        }
        room(DenseChunk.BYTES);
        int begin = out.position();
        for (int i = 0; i < DenseChunk.WORDS; i++) {
            out.putLong(dense.word(i));
        }
        body(chunk, MapIndex.DENSE, begin);
    }

    private void uniform(int chunk, BlockState state) {
        int shape = (state == BlockState.DATA ? MapIndex.ALL_DATA : MapIndex.ALL_ZERO) << 24;
        int last = (entries - 1) * 4;
        if (entries > 0 && index[last + 2] == shape && index[last] + index[last + 1] == chunk) {
            index[last + 1]++;
        } else {
            entry(chunk, shape, 0);
        }
    }

    private void body(int chunk, int kind, int begin) {
        ByteBuffer body = out.slice(begin, out.position() - begin);
        entry(chunk, kind << 24 | body.remaining(), MapIndex.checksum(chunk, body));
    }

    private void entry(int chunk, int shape, int checksum) {
        int at = entries * 4;
        if (at == index.length) {
            index = Arrays.copyOf(index, 2 * at);
        }
        index[at] = chunk;
        index[at + 1] = 1;
        index[at + 2] = shape;
        index[at + 3] = checksum;
        entries++;
    }

    private void room(int bytes) throws IOException {
        if (out.remaining() < bytes) {
            flush();
        }
        Invariant.check(out.remaining() >= bytes, "a piece has room for the largest chunk");
    }

    private void flush() throws IOException {
        file.write(offset, memory.address(), out.position());
        offset += out.position();
        out.clear();
    }

    /** Writes index and header and makes the file durable. */
    void finish() throws IOException {
        CRC32C crc = new CRC32C();
        for (int entry = 0; entry < entries; entry++) {
            room(MapIndex.ENTRY_BYTES);
            int begin = out.position();
            for (int i = 0; i < 4; i++) {
                out.putInt(index[entry * 4 + i]);
            }
            crc.update(out.slice(begin, MapIndex.ENTRY_BYTES));
        }
        flush();
        file.resize(offset);
        out.putLong(MapFile.MAGIC).putInt(MapFile.FORMAT_VERSION).putInt(layerKey);
        out.putLong(blockCount).putInt(entries).putInt((int) crc.getValue()).putLong(offset);
        out.putInt(MapIndex.checksum(out.slice(0, MapFile.HEADER_COVERED_BYTES)));
        file.write(0, memory.address(), out.position());
        file.dataSync();
    }

    @Override
    public void close() {
        arena.close();
    }
}
