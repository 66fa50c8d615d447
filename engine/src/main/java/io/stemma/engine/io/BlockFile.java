package io.stemma.engine.io;

import java.io.IOException;

/**
 * One open file, read and written by position from native memory. Any thread, concurrently. No
 * method is ever interrupted; all block except {@link #readNow}. An {@link IOException} names the
 * file.
 */
public interface BlockFile extends AutoCloseable {
    /** The name inside its folder. */
    String name();

    /** Size in bytes as of now. */
    long size() throws IOException;

    /** Reads exactly {@code length} bytes; behind the end of the file is an error. */
    void read(long offset, long address, int length) throws IOException;

    /**
     * Reads if every page is cached ({@code RWF_NOWAIT}); never waits for a disk, fit for event
     * loops.
     *
     * @return false if the caller must use {@link #read} on a thread that may wait
     */
    boolean readNow(long offset, long address, int length) throws IOException;

    /** Writes all bytes into the page cache. */
    void write(long offset, long address, int length) throws IOException;

    /** Writes all bytes and waits until they are durable ({@code RWF_DSYNC}). */
    void writeDurable(long offset, long address, int length) throws IOException;

    /** Waits until all that was written is durable, with the size ({@code fdatasync}). */
    void dataSync() throws IOException;

    /**
     * Makes everything durable and then forgets what is cached, so that reads see what the device
     * holds: after a failed sync the cache may remember pages that never got there.
     */
    void dropCache() throws IOException;

    /** Starts write-back of a range without waiting for it; a hint. */
    void startWriteBack(long offset, long length) throws IOException;

    /** Gives the space of whole blocks back; the range reads zero; the size stays. */
    void punchHole(long offset, long length) throws IOException;

    /**
     * Gives space to a range that reads zero until it is written; the file gets as long as that
     * takes.
     */
    void allocate(long offset, long length) throws IOException;

    /** Makes the file longer (a hole) or shorter. */
    void resize(long newSize) throws IOException;

    /** Bytes that the file really occupies. */
    long allocatedBytes() throws IOException;

    @Override
    void close() throws IOException;
}
