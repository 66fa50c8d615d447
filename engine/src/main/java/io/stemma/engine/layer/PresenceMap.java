package io.stemma.engine.layer;

import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

/**
 * The state of every block of {@code Limits.LAYER_BLOCK_BYTES} of one layer. What is ABSENT costs
 * nothing, other parts of one state next to nothing, and parts with few runs four bytes a run, so
 * that an empty volume, a full one and the scattered blocks of a frozen layer are cheap whatever
 * the size; what is much mixed costs two bits a block, 64 KiB for each GiB of volume.
 *
 * <p>Readers never wait. Writers of different blocks may run together; the order of two writers of
 * one block is the caller's business (block locks). Growing may run beside both; before it cuts
 * blocks, {@link #resize} needs their readers and writers gone. What looks at many blocks sees each
 * as it was at some moment of the call.
 */
public final class PresenceMap {
    /** Blocks of one chunk: the pieces in which {@link MapFile} keeps a map. */
    public static final int CHUNK_BLOCKS = PresenceChunk.BLOCKS;

    private static final int CHUNK_LOG2 = PresenceChunk.BLOCKS_LOG2;
    private static final int IN_CHUNK = PresenceChunk.BLOCKS - 1;
    private static final int OBJECT_BYTES = 24 + 16;

    /** Told of runs of blocks. */
    @FunctionalInterface
    public interface RunVisitor {
        /** {@code blockCount} blocks from {@code firstBlock} on have the state. */
        void run(long firstBlock, long blockCount, BlockState state);
    }

    private final ChunkDirectory chunks = new ChunkDirectory();
    private volatile long blockCount;

    /**
     * A map of which every block is ABSENT.
     *
     * @param blockCount blocks, 0 to {@code Limits.LAYER_BLOCKS_MAX}
     */
    public PresenceMap(long blockCount) {
        resize(blockCount);
    }

    /** Number of blocks. */
    public long blockCount() {
        return blockCount;
    }

    /** The state of one block. */
    public BlockState get(long block) {
        Invariant.check(block >= 0 && block < blockCount, "presence is asked of blocks that exist");
        return chunks.get(chunkOf(block)).get((int) block & IN_CHUNK);
    }

    /** Whether all blocks of a range have the state; true of an empty range. */
    public boolean all(long first, long count, BlockState state) {
        checkRange(first, count);
        int inChunk = (int) first & IN_CHUNK;
        if (count > 0 && count <= PresenceChunk.BLOCKS - inChunk) {
            return chunks.get(chunkOf(first)).run(inChunk, (int) count, state) == count;
        }
        return equal(first, first + count, state) == count;
    }

    /**
     * How many blocks from {@code first} on share its state.
     *
     * @param limit blocks to look at, 1 or more, all inside the map
     * @return 1 to {@code limit}
     */
    public long run(long first, long limit) {
        checkRange(first, limit);
        int inChunk = (int) first & IN_CHUNK;
        int here = inChunk(first, first + limit);
        int run = chunks.get(chunkOf(first)).run(inChunk, here);
        if (run < here || run == limit) {
            return run;
        }
        // A writer may have changed the first block since its state was read: it alone is a run
        // then.
        return Math.max(1, equal(first, first + limit, get(first)));
    }

    private long equal(long first, long end, BlockState state) {
        long block = first;
        while (block < end) {
            long next = state == BlockState.ABSENT ? skipAbsent(block, end) : block;
            if (next > block) {
                block = next;
                continue;
            }
            int here = inChunk(block, end);
            int equal = chunks.get(chunkOf(block)).run((int) block & IN_CHUNK, here, state);
            block += equal;
            if (equal < here) {
                break;
            }
        }
        return block - first;
    }

    /**
     * How many blocks from {@code first} on have a state.
     *
     * @param limit blocks to look at, all inside the map
     * @return 0 to {@code limit}
     */
    public long run(long first, long limit, BlockState state) {
        checkRange(first, limit);
        return equal(first, first + limit, state);
    }

    /** Gives all blocks of a range the state. */
    public void set(long first, long count, BlockState state) {
        change(first, count, null, state);
    }

    /**
     * Gives those blocks of a range another state that are in a certain one. Each block is looked
     * at and changed in one step.
     */
    public void setWhere(long first, long count, BlockState from, BlockState to) {
        change(first, count, from, to);
    }

    private void change(long first, long count, @Nullable BlockState from, BlockState to) {
        checkRange(first, count);
        int inChunk = (int) first & IN_CHUNK;
        if (count <= PresenceChunk.BLOCKS - inChunk) {
            if (count > 0) {
                changeInChunk(chunkOf(first), inChunk, (int) count, from, to);
            }
            return;
        }
        boolean absentStays = from == null ? to == BlockState.ABSENT : from != BlockState.ABSENT;
        long end = first + count;
        long block = first;
        while (block < end) {
            int here = inChunk(block, end);
            changeInChunk(chunkOf(block), (int) block & IN_CHUNK, here, from, to);
            block += here;
            if (absentStays && block < end) {
                block = skipAbsent(block, end);
            }
        }
    }

    private void changeInChunk(
            int index, int first, int count, @Nullable BlockState from, BlockState to) {
        if (from == null && count == PresenceChunk.BLOCKS) {
            chunks.put(index, RunChunk.uniform(to));
            return;
        }
        while (true) {
            PresenceChunk before = chunks.get(index);
            if (before instanceof RunChunk runs) {
                PresenceChunk after = runs.with(first, count, from, to);
                if (after == before || chunks.replace(index, before, after)) {
                    return;
                }
            } else if (before instanceof DenseChunk dense) {
                if (dense.set(first, count, from, to)) {
                    collapse(index, dense);
                    return;
                }
                Thread.onSpinWait();
            }
        }
    }

    private void collapse(int index, DenseChunk dense) {
        BlockState everywhere = dense.closeIfUniform();
        if (everywhere != null) {
            chunks.replace(index, dense, RunChunk.uniform(everywhere));
        }
    }

    /** Changes the number of blocks: new ones are ABSENT, cut ones are forgotten. */
    public synchronized void resize(long newBlockCount) {
        Invariant.check(
                newBlockCount >= 0 && newBlockCount <= Limits.LAYER_BLOCKS_MAX,
                "a layer has 0 to LAYER_BLOCKS_MAX blocks");
        long cut = blockCount - newBlockCount;
        if (cut > 0) {
            set(newBlockCount, cut, BlockState.ABSENT);
            blockCount = newBlockCount;
        }
        chunks.resize(chunkCount(newBlockCount));
        blockCount = newBlockCount;
    }

    /** Visits all runs that are not ABSENT, in the order of their blocks. */
    public void forEachRun(RunVisitor visitor) {
        forEachRun(0, blockCount, visitor);
    }

    /** Visits the runs of a range that are not ABSENT, cut at its ends, in the order of blocks. */
    public void forEachRun(long first, long count, RunVisitor visitor) {
        checkRange(first, count);
        RunJoiner runs = new RunJoiner(visitor);
        long end = first + count;
        long block = first;
        while (block < end) {
            long next = skipAbsent(block, end);
            if (next > block) {
                runs.add(block, next - block, BlockState.ABSENT);
                block = next;
                continue;
            }
            int here = inChunk(block, end);
            int inChunk = (int) block & IN_CHUNK;
            chunks.get(chunkOf(block)).walk(inChunk, here, block - inChunk, runs);
            block += here;
        }
        runs.end();
    }

    /** Whether every block is ABSENT. Exact only while nobody writes. */
    public boolean isEmpty() {
        int end = chunkCount(blockCount);
        int chunk = chunks.skipAbsent(0, end);
        while (chunk < end) {
            if (chunks.get(chunk).count(BlockState.ABSENT) < PresenceChunk.BLOCKS) {
                return false;
            }
            chunk = chunks.skipAbsent(chunk + 1, end);
        }
        return true;
    }

    /** How many blocks have the state. Exact only while nobody writes. */
    public long count(BlockState state) {
        long blocks = blockCount;
        if (state == BlockState.ABSENT) {
            return blocks - count(BlockState.DATA) - count(BlockState.ZERO);
        }
        int end = chunkCount(blocks);
        long count = 0;
        for (int i = chunks.skipAbsent(0, end); i < end; i = chunks.skipAbsent(i + 1, end)) {
            count += chunks.get(i).count(state);
        }
        return count;
    }

    /**
     * Estimate of the bytes on the heap. A chunk that several maps share counts for each of them.
     */
    public long memoryBytes() {
        int end = chunkCount(blockCount);
        long bytes = OBJECT_BYTES + chunks.memoryBytes();
        for (int i = chunks.skipAbsent(0, end); i < end; i = chunks.skipAbsent(i + 1, end)) {
            bytes += chunks.get(i).memoryBytes();
        }
        return bytes;
    }

    /**
     * A map of its own with the same states. Exact only while nobody writes. Parts with few runs
     * are shared until one of the two changes them.
     */
    public PresenceMap copy() {
        PresenceMap copy = new PresenceMap(0);
        copy.become(this);
        return copy;
    }

    /** Takes over the size and the states of another map. Nobody may use this one meanwhile. */
    public synchronized void become(PresenceMap other) {
        blockCount = 0;
        long blocks = other.blockCount();
        chunks.become(other.chunks);
        chunks.resize(chunkCount(blocks));
        blockCount = blocks;
        int last = (int) blocks & IN_CHUNK;
        if (last != 0) {
            // The other one may have grown meanwhile.
            int beyond = PresenceChunk.BLOCKS - last;
            changeInChunk(chunkOf(blocks), last, beyond, null, BlockState.ABSENT);
        }
    }

    /** Number of chunks; behind the last block of the last one everything is ABSENT. */
    int chunkCount() {
        return chunkCount(blockCount);
    }

    /** The first chunk from {@code index} on that may hold something, or the number of chunks. */
    int nextChunk(int index) {
        return chunks.skipAbsent(index, chunkCount());
    }

    PresenceChunk chunk(int index) {
        return chunks.get(index);
    }

    void chunk(int index, PresenceChunk chunk) {
        chunks.put(index, chunk);
    }

    private void checkRange(long first, long count) {
        Invariant.check(
                first >= 0 && count >= 0 && first <= blockCount - count,
                "presence is kept of blocks that exist");
    }

    /** The first block that may be other than ABSENT; a block inside a chunk is not looked at. */
    private long skipAbsent(long block, long end) {
        int chunk = chunkOf(block);
        int next = chunks.skipAbsent(chunk, chunkCount(end));
        return next == chunk ? block : Math.min(end, (long) next << CHUNK_LOG2);
    }

    private static int chunkCount(long blocks) {
        return (int) ((blocks + PresenceChunk.BLOCKS - 1) >>> CHUNK_LOG2);
    }

    private static int chunkOf(long block) {
        return (int) (block >>> CHUNK_LOG2);
    }

    private static int inChunk(long block, long end) {
        return (int) Math.min(end - block, PresenceChunk.BLOCKS - (block & IN_CHUNK));
    }
}
