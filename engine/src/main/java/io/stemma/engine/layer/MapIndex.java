package io.stemma.engine.layer;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The index of a {@link MapFile}, which draws it: which chunks are there, and where their bodies.
 */
final class MapIndex {
    static final int ENTRY_BYTES = 16;

    static final int ALL_DATA = 1;
    static final int ALL_ZERO = 2;
    static final int RUNS = 3;
    static final int DENSE = 4;

    /** Runs of the longest body; with more a dense one is shorter. */
    static final int RUNS_MAX = DenseChunk.BYTES / Integer.BYTES - 1;

    private static final int BODY_BYTES_MASK = (1 << 24) - 1;
    private static final int CHUNKS_MAX =
            (int) (Limits.LAYER_BLOCKS_MAX >>> PresenceChunk.BLOCKS_LOG2);
    private static final int PIECE_BYTES = 64 << 10;

    private final int[] firstChunks;
    private final int[] chunkCounts;
    private final int[] shapes;
    private final int[] checksums;
    private final long[] bodyOffsets;

    private MapIndex(int entries) {
        firstChunks = new int[entries];
        chunkCounts = new int[entries];
        shapes = new int[entries];
        checksums = new int[entries];
        bodyOffsets = new long[entries];
    }

    /** Reads and checks the index at the end of a file, which is large enough for it. */
    static MapIndex read(BlockFile file, int entries, int checksum, long blocks)
            throws IOException {
        long size = file.size();
        long begin = size - (long) entries * ENTRY_BYTES;
        if (entries > CHUNKS_MAX) {
            throw new MapDamage(file.name(), begin, entries + " entries are more than any index's");
        }
        MapIndex index = new MapIndex(entries);
        CRC32C crc = new CRC32C();
        int done = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(PIECE_BYTES, Long.BYTES);
            while (done < entries) {
                int here = Math.min(entries - done, PIECE_BYTES / ENTRY_BYTES);
                int bytes = here * ENTRY_BYTES;
                file.read(begin + (long) done * ENTRY_BYTES, memory.address(), bytes);
                ByteBuffer piece = memory.asSlice(0, bytes).asByteBuffer();
                crc.update(piece);
                piece.rewind();
                for (int end = done + here; done < end; done++) {
                    index.take(done, piece);
                }
            }
        }
        if ((int) crc.getValue() != checksum) {
            throw new MapDamage(file.name(), begin, "the checksum of the index is wrong");
        }
        index.check(file.name(), begin, blocks);
        return index;
    }

    private void take(int entry, ByteBuffer from) {
        firstChunks[entry] = from.getInt();
        chunkCounts[entry] = from.getInt();
        shapes[entry] = from.getInt();
        checksums[entry] = from.getInt();
    }

    private void check(String name, long indexOffset, long blocks) throws MapDamage {
        long wholeChunks = blocks >>> PresenceChunk.BLOCKS_LOG2;
        long chunks = (blocks + PresenceChunk.BLOCKS - 1) >>> PresenceChunk.BLOCKS_LOG2;
        long next = 0;
        long offset = MapFile.HEADER_BYTES;
        for (int i = 0; i < firstChunks.length; i++) {
            boolean uniform = kind(i) == ALL_DATA || kind(i) == ALL_ZERO;
            // What is uniform has no blocks that do not exist: these are ABSENT.
            long end = (long) firstChunks[i] + chunkCounts[i];
            String fault = shapeFault(i);
            if (fault == null
                    && (firstChunks[i] < next
                            || chunkCounts[i] < 1
                            || end > (uniform ? wholeChunks : chunks))) {
                fault = "its chunks are out of place";
            }
            if (fault != null) {
                long at = indexOffset + (long) i * ENTRY_BYTES;
                throw new MapDamage(name, at, "entry " + i + " of the index: " + fault);
            }
            bodyOffsets[i] = offset;
            offset += bodyBytes(i);
            next = end;
        }
        if (offset != indexOffset) {
            throw new MapDamage(name, offset, "the bodies do not end where the index begins");
        }
    }

    private @Nullable String shapeFault(int entry) {
        int bytes = bodyBytes(entry);
        return switch (kind(entry)) {
            case ALL_DATA, ALL_ZERO ->
                    bytes == 0 && checksums[entry] == 0 ? null : "a body that is none";
            case RUNS -> {
                boolean length =
                        bytes > Integer.BYTES
                                && bytes < DenseChunk.BYTES
                                && bytes % Integer.BYTES == 0;
                yield length && chunkCounts[entry] == 1 ? null : "no runs have that length";
            }
            case DENSE ->
                    bytes == DenseChunk.BYTES && chunkCounts[entry] == 1
                            ? null
                            : "no dense chunk has that length";
            default -> "there is no kind " + kind(entry);
        };
    }

    int entries() {
        return firstChunks.length;
    }

    int firstChunk(int entry) {
        return firstChunks[entry];
    }

    int chunkCount(int entry) {
        return chunkCounts[entry];
    }

    int kind(int entry) {
        return shapes[entry] >>> 24;
    }

    int bodyBytes(int entry) {
        return shapes[entry] & BODY_BYTES_MASK;
    }

    int checksum(int entry) {
        return checksums[entry];
    }

    long bodyOffset(int entry) {
        return bodyOffsets[entry];
    }

    /** The entry that has the chunk, negative if it is ABSENT. */
    int entryOf(int chunk) {
        int found = Arrays.binarySearch(firstChunks, chunk);
        int entry = found >= 0 ? found : -found - 2;
        return entry >= 0 && chunk - firstChunks[entry] < chunkCounts[entry] ? entry : -1;
    }

    /** CRC32C of what is left in the buffer, which stays as it is. */
    static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    /** CRC32C of a body and of the chunk that it belongs to. */
    static int checksum(int chunk, ByteBuffer body) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, chunk));
        crc.update(body.duplicate());
        return (int) crc.getValue();
    }
}
