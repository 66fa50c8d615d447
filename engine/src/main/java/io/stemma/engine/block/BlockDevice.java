package io.stemma.engine.block;

/**
 * Something that stores blocks. Overlapping operations that are in flight together may take effect
 * in either order, but each logical block is afterwards wholly of one of them. A flush covers what
 * completed before it was submitted. All methods may be called from an event loop: none of them
 * waits for a slow disk.
 */
public interface BlockDevice {
    /** The shape of the device now; it changes by resize only. */
    Geometry geometry();

    /**
     * Reads at once if that needs no waiting (cached, no lock held by others).
     *
     * @param firstBlock first logical block, inside the device
     * @param blockCount blocks, 1 or more
     * @param address memory for all of them
     * @return true if memory holds the blocks; false if {@link #submit} has to be used, memory then
     *     holds rubbish
     */
    boolean tryRead(long firstBlock, int blockCount, long address);

    /** Starts a prepared request. Its completion may run before this returns, on this thread. */
    void submit(BlockRequest request);
}
