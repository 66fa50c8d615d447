package io.stemma.engine.layer;

/**
 * The states of {@link #BLOCKS} neighbouring blocks. A chunk that is whole, empty or nearly so is a
 * list of runs that never changes ({@link RunChunk}); one that is much mixed is an array of bits
 * that changes in place ({@link DenseChunk}). Blocks are counted from the chunk's first. Any
 * thread; reading never waits.
 */
sealed interface PresenceChunk permits RunChunk, DenseChunk {
    int BLOCKS_LOG2 = 17;
    int BLOCKS = 1 << BLOCKS_LOG2;

    /** The state of one block. */
    BlockState get(int block);

    /** Blocks from {@code first} on, at most {@code limit}, that share its state; 1 or more. */
    int run(int first, int limit);

    /** Blocks from {@code first} on, at most {@code limit}, that have the state. */
    int run(int first, int limit, BlockState state);

    /** Tells the runs of a range; {@code base} is what the chunk's first block is in the layer. */
    void walk(int first, int count, long base, RunJoiner runs);

    /** Blocks that are DATA, or ZERO; exact while nobody writes. */
    int count(BlockState state);

    /** Estimate of the bytes that it occupies. */
    long memoryBytes();
}
