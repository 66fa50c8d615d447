package io.stemma.engine.layer;

import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The state of every block of {@code Limits.LAYER_BLOCK_BYTES} of one layer, two bits a block.
 * Chunks whose blocks all have one state cost nothing, so that an empty volume and a full one of
 * any size are cheap; what is mixed costs 64 KiB for each GiB of volume.
 *
 * <p>Readers never wait. Writers of different blocks may run together; the order of two writers of
 * one block is the caller's business (block locks). Growing may run beside both; before it cuts
 * blocks, {@link #resize} needs their readers and writers gone.
 */
public final class PresenceMap {
    private static final int CHUNKS_PER_SEGMENT_LOG2 = 10;
    private static final int CHUNKS_PER_SEGMENT = 1 << CHUNKS_PER_SEGMENT_LOG2;
    private static final int SEGMENT_BLOCKS_LOG2 =
            PresenceChunk.BLOCKS_LOG2 + CHUNKS_PER_SEGMENT_LOG2;
    private static final int IN_CHUNK = PresenceChunk.BLOCKS - 1;

    /** Stand for a chunk of which every block is DATA, or ZERO; ABSENT is null. Never entered. */
    private static final PresenceChunk ALL_DATA = new PresenceChunk(BlockState.DATA);

    private static final PresenceChunk ALL_ZERO = new PresenceChunk(BlockState.ZERO);

    /**
     * One piece of the directory; pieces are shared with the outer array that replaces this one.
     */
    private static final class Segment {
        final AtomicReferenceArray<@Nullable PresenceChunk> chunks =
                new AtomicReferenceArray<>(CHUNKS_PER_SEGMENT);
    }

    /** Told of runs of blocks. */
    @FunctionalInterface
    public interface RunVisitor {
        /** {@code blockCount} blocks from {@code firstBlock} on have the state. */
        void run(long firstBlock, long blockCount, BlockState state);
    }

    private volatile Segment[] segments = new Segment[0];
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
        PresenceChunk chunk = chunk(block);
        if (chunk == null) {
            return BlockState.ABSENT;
        }
        return chunk.get((int) block & IN_CHUNK);
    }

    /** Whether all blocks of a range have the state; true of an empty range. */
    public boolean all(long first, long count, BlockState state) {
        checkRange(first, count);
        long block = first;
        long end = first + count;
        while (block < end) {
            int here = inChunk(block, end);
            if (runInChunk(block, here, state) < here) {
                return false;
            }
            block += here;
        }
        return true;
    }

    /**
     * How many blocks from {@code first} on share its state.
     *
     * @param limit blocks to look at, 1 or more, all inside the map
     * @return 1 to {@code limit}
     */
    public long run(long first, long limit) {
        checkRange(first, limit);
        BlockState state = get(first);
        long end = first + limit;
        long block = first;
        while (block < end) {
            int here = inChunk(block, end);
            int equal = runInChunk(block, here, state);
            block += equal;
            if (equal < here) {
                break;
            }
        }
        // A writer may have changed the first block since its state was read: it alone is a run
        // then.
        return Math.max(1, block - first);
    }

    /**
     * How many blocks from {@code first} on have a state.
     *
     * @param limit blocks to look at, all inside the map
     * @return 0 to {@code limit}
     */
    public long run(long first, long limit, BlockState state) {
        checkRange(first, limit);
        long end = first + limit;
        long block = first;
        while (block < end) {
            int here = inChunk(block, end);
            int equal = runInChunk(block, here, state);
            block += equal;
            if (equal < here) {
                break;
            }
        }
        return block - first;
    }

    /** Gives all blocks of a range the state. */
    public void set(long first, long count, BlockState state) {
        checkRange(first, count);
        long block = first;
        long end = first + count;
        while (block < end) {
            int here = inChunk(block, end);
            setInChunk(block, here, state);
            block += here;
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
        }
        int wanted = Math.toIntExact(((newBlockCount - 1) >> SEGMENT_BLOCKS_LOG2) + 1);
        Segment[] before = segments;
        if (cut > 0) {
            blockCount = newBlockCount;
        }
        Segment[] after = Arrays.copyOf(before, wanted);
        for (int i = before.length; i < wanted; i++) {
            after[i] = new Segment();
        }
        segments = after;
        blockCount = newBlockCount;
    }

    /** Visits all runs that are not ABSENT, in the order of their blocks. */
    public void forEachRun(RunVisitor visitor) {
        long end = blockCount;
        long block = 0;
        while (block < end) {
            BlockState state = get(block);
            long length = run(block, end - block);
            if (state != BlockState.ABSENT) {
                visitor.run(block, length, state);
            }
            block += length;
        }
    }

    /** A map of its own with the same states. Exact only while nobody writes. */
    public PresenceMap copy() {
        PresenceMap copy = new PresenceMap(blockCount);
        forEachRun(copy::set);
        return copy;
    }

    /** Takes over the size and the states of another map. Nobody may use this one meanwhile. */
    public void become(PresenceMap other) {
        resize(0);
        resize(other.blockCount());
        other.forEachRun(this::set);
    }

    private void checkRange(long first, long count) {
        Invariant.check(
                first >= 0 && count >= 0 && first <= blockCount - count,
                "presence is kept of blocks that exist");
    }

    private @Nullable PresenceChunk chunk(long block) {
        return segments[(int) (block >>> SEGMENT_BLOCKS_LOG2)].chunks.get(chunkIndex(block));
    }

    private static int chunkIndex(long block) {
        return (int) (block >>> PresenceChunk.BLOCKS_LOG2) & (CHUNKS_PER_SEGMENT - 1);
    }

    private static int inChunk(long block, long end) {
        return (int) Math.min(end - block, PresenceChunk.BLOCKS - (block & IN_CHUNK));
    }

    private int runInChunk(long block, int count, BlockState state) {
        PresenceChunk chunk = chunk(block);
        if (isUniform(chunk)) {
            return stateOf(chunk) == state ? count : 0;
        }
        return chunk == null ? 0 : chunk.run((int) block & IN_CHUNK, count, state);
    }

    private void setInChunk(long block, int count, BlockState state) {
        AtomicReferenceArray<@Nullable PresenceChunk> chunks =
                segments[(int) (block >>> SEGMENT_BLOCKS_LOG2)].chunks;
        int index = chunkIndex(block);
        if (count == PresenceChunk.BLOCKS) {
            chunks.set(index, uniform(state));
            return;
        }
        while (true) {
            PresenceChunk chunk = chunks.get(index);
            if (isUniform(chunk)) {
                BlockState everywhere = stateOf(chunk);
                if (everywhere == state) {
                    return;
                }
                chunks.compareAndSet(index, chunk, new PresenceChunk(everywhere));
            } else if (chunk != null && chunk.set((int) block & IN_CHUNK, count, state)) {
                collapse(chunks, index, chunk);
                return;
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private static void collapse(
            AtomicReferenceArray<@Nullable PresenceChunk> chunks, int index, PresenceChunk chunk) {
        BlockState everywhere = chunk.looksUniform();
        if (everywhere != null && chunk.closeIfUniform(everywhere)) {
            chunks.compareAndSet(index, chunk, uniform(everywhere));
        }
    }

    private static boolean isUniform(@Nullable PresenceChunk chunk) {
        return chunk == null || chunk == ALL_DATA || chunk == ALL_ZERO;
    }

    private static BlockState stateOf(@Nullable PresenceChunk uniform) {
        if (uniform == null) {
            return BlockState.ABSENT;
        }
        return uniform == ALL_DATA ? BlockState.DATA : BlockState.ZERO;
    }

    private static @Nullable PresenceChunk uniform(BlockState state) {
        return switch (state) {
            case ABSENT -> null;
            case DATA -> ALL_DATA;
            case ZERO -> ALL_ZERO;
        };
    }
}
