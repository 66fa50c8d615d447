package io.stemma.engine.layer;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The map of a frozen layer in a file: what is not uniform in bodies, then an index of all chunks
 * that hold something. Every byte is covered by a checksum, so that damage is found and named;
 * nothing that a file says costs more memory than a few times its own size. Blocking; any thread.
 * Big-endian.
 *
 * <pre>
 * header                                      entry of the index
 *   0  8  magic "STMAMAP1"                      0  4  first chunk
 *   8  4  format version                        4  4  chunks; 1 where there is a body
 *  12  4  key of the layer                      8  1  kind: 1 all DATA, 2 all ZERO, 3 runs, 4 dense
 *  16  8  blocks                                9  3  bytes of the body, 0 for kinds 1 and 2
 *  24  4  entries of the index                 12  4  CRC32C of the first chunk's number (4 bytes)
 *  28  4  CRC32C of the index                         and of the body; 0 for kinds 1 and 2
 *  32  8  bytes of the file                   body of kind 3: four bytes a run, its first block in
 *  40  4  CRC32C of bytes 0 to 40               the chunk times 4 and its state; of kind 4: two bits
 *  44  .. bodies, in the order of entries       a block, 32 blocks in 8 bytes from the lowest bits
 *      .. index, up to the end of the file
 * </pre>
 *
 * <p>Entries are in the order of their chunks, of {@code PresenceMap.CHUNK_BLOCKS} blocks each; a
 * chunk without one is ABSENT, and so is everything behind the last block.
 */
public final class MapFile {
    static final long MAGIC = 0x53544d414d415031L;
    static final int FORMAT_VERSION = 1;
    static final int HEADER_BYTES = 44;
    static final int HEADER_COVERED_BYTES = 40;

    private final BlockFile file;
    private final int layerKey;
    private final long blockCount;
    private final MapIndex index;

    private MapFile(BlockFile file, int layerKey, long blockCount, MapIndex index) {
        this.file = file;
        this.layerKey = layerKey;
        this.blockCount = blockCount;
        this.index = index;
    }

    /**
     * Writes a map whose states nobody changes any more, whatever the file was before. It is
     * durable on return; the header goes last, so that a file which was begun is none.
     */
    public static void write(BlockFile file, int layerKey, PresenceMap map) throws IOException {
        // No header of before may vouch for what is being written.
        file.resize(0);
        try (MapWriter writer = new MapWriter(file, layerKey, map.blockCount())) {
            int chunks = map.chunkCount();
            for (int i = map.nextChunk(0); i < chunks; i = map.nextChunk(i + 1)) {
                writer.add(i, map.chunk(i));
            }
            writer.finish();
        }
    }

    /**
     * Reads and checks header and index; the caller closes the file.
     *
     * @throws MapDamage if they are not what was written, or a newer version wrote them
     */
    public static MapFile open(BlockFile file) throws IOException {
        long size = file.size();
        if (size < HEADER_BYTES) {
            throw new MapDamage(file.name(), 0, "only " + size + " bytes, which hold no header");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(HEADER_BYTES, Long.BYTES);
            file.read(0, memory.address(), HEADER_BYTES);
            ByteBuffer header = memory.asByteBuffer();
            String fault = headerFault(header, size);
            if (fault != null) {
                throw new MapDamage(file.name(), 0, fault);
            }
            long blocks = header.getLong(16);
            MapIndex index = MapIndex.read(file, header.getInt(24), header.getInt(28), blocks);
            return new MapFile(file, header.getInt(12), blocks, index);
        }
    }

    private static @Nullable String headerFault(ByteBuffer header, long size) {
        if (header.getLong(0) != MAGIC) {
            return "this is no map of a layer";
        }
        if (MapIndex.checksum(header.slice(0, HEADER_COVERED_BYTES)) != header.getInt(40)) {
            return "the checksum of the header is wrong";
        }
        if (header.getInt(8) != FORMAT_VERSION) {
            return "format " + header.getInt(8) + ": a newer version wrote it";
        }
        long blocks = header.getLong(16);
        if (blocks < 0 || blocks > Limits.LAYER_BLOCKS_MAX) {
            return "no layer has " + blocks + " blocks";
        }
        if (header.getLong(32) != size) {
            return "it has " + size + " bytes instead of " + header.getLong(32);
        }
        int entries = header.getInt(24);
        if (entries < 0 || (long) entries * MapIndex.ENTRY_BYTES > size - HEADER_BYTES) {
            return "an index of " + entries + " entries does not fit in";
        }
        return null;
    }

    /** The number of the layer in its pool. */
    public int layerKey() {
        return layerKey;
    }

    /** Blocks of the layer. */
    public long blockCount() {
        return blockCount;
    }

    /** Reads the whole map. */
    public PresenceMap read() throws IOException {
        PresenceMap map = new PresenceMap(blockCount);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment body = arena.allocate(DenseChunk.BYTES, Long.BYTES);
            for (int entry = 0; entry < index.entries(); entry++) {
                PresenceChunk chunk = chunk(entry, body);
                for (int i = 0; i < index.chunkCount(entry); i++) {
                    map.chunk(index.firstChunk(entry) + i, chunk);
                }
            }
        }
        return map;
    }

    /**
     * Reads one chunk into a map of the layer's size, where it replaces what is there.
     *
     * @param chunk which one: the block divided by {@code PresenceMap.CHUNK_BLOCKS}
     */
    public void read(int chunk, PresenceMap into) throws IOException {
        Invariant.check(
                into.blockCount() == blockCount && chunk >= 0 && chunk < into.chunkCount(),
                "a chunk is read into a map of its size");
        int entry = index.entryOf(chunk);
        if (entry < 0) {
            into.chunk(chunk, RunChunk.uniform(BlockState.ABSENT));
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment body = arena.allocate(DenseChunk.BYTES, Long.BYTES);
            into.chunk(chunk, chunk(entry, body));
        }
    }

    private PresenceChunk chunk(int entry, MemorySegment memory) throws IOException {
        int kind = index.kind(entry);
        if (kind == MapIndex.ALL_DATA || kind == MapIndex.ALL_ZERO) {
            BlockState state = kind == MapIndex.ALL_DATA ? BlockState.DATA : BlockState.ZERO;
            return RunChunk.uniform(state);
        }
        int bytes = index.bodyBytes(entry);
        long offset = index.bodyOffset(entry);
        file.read(offset, memory.address(), bytes);
        ByteBuffer body = memory.asSlice(0, bytes).asByteBuffer();
        int first = index.firstChunk(entry);
        if (MapIndex.checksum(first, body) != index.checksum(entry)) {
            throw damage(offset, first, "its checksum is wrong");
        }
        PresenceChunk chunk = kind == MapIndex.RUNS ? runs(body) : dense(body);
        if (chunk == null) {
            throw damage(offset, first, "no map has such states");
        }
        long blocks = blockCount - (long) first * PresenceChunk.BLOCKS;
        if (blocks < PresenceChunk.BLOCKS) {
            int beyond = PresenceChunk.BLOCKS - (int) blocks;
            if (chunk.run((int) blocks, beyond, BlockState.ABSENT) < beyond) {
                throw damage(offset, first, "it goes beyond the last block");
            }
        }
        return chunk;
    }

    private MapDamage damage(long offset, int chunk, String what) {
        return new MapDamage(file.name(), offset, "chunk " + chunk + ": " + what);
    }

    private static @Nullable PresenceChunk runs(ByteBuffer body) {
        int[] runs = new int[body.remaining() / Integer.BYTES];
        int before = -1;
        for (int i = 0; i < runs.length; i++) {
            int run = body.getInt();
            boolean state = (run & 3) != 3;
            boolean place = i == 0 ? run >>> 2 == 0 : run >>> 2 > before >>> 2;
            boolean differs = i == 0 || (run & 3) != (before & 3);
            if (!state || !place || !differs || run >>> 2 >= PresenceChunk.BLOCKS) {
                return null;
            }
            runs[i] = run;
            before = run;
        }
        return RunChunk.of(runs);
    }

    private static @Nullable PresenceChunk dense(ByteBuffer body) {
        long[] words = new long[DenseChunk.WORDS];
        body.asLongBuffer().get(words);
        return DenseChunk.ofWords(words);
    }
}
