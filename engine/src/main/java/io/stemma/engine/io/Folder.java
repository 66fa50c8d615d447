package io.stemma.engine.io;

import java.io.IOException;
import java.util.List;

/**
 * One folder of files. Creation, rename and unlink are durable only after {@link #sync}. Blocking;
 * any thread.
 */
public interface Folder extends AutoCloseable {
    /** Where it is, for messages. */
    String path();

    /**
     * Which boot, device, file system and mount this is: what decides whether a page cache
     * survived.
     */
    MountIdentity identity() throws IOException;

    /** Names of all plain files. */
    List<String> names() throws IOException;

    /** Whether a file of that name exists. */
    boolean exists(String name) throws IOException;

    /** Makes a new sparse file of that size; an existing name is an error. */
    BlockFile create(String name, long sizeBytes) throws IOException;

    /** Opens an existing file for reading and writing. */
    BlockFile open(String name) throws IOException;

    /** Renames over whatever had the new name. */
    void rename(String from, String to) throws IOException;

    /** Removes a name. */
    void unlink(String name) throws IOException;

    /** Makes creations, renames and unlinks so far durable (fsync of the directory). */
    void sync() throws IOException;

    /** Bytes that ordinary users could still write here. */
    long usableBytes() throws IOException;

    /** Bytes that ordinary users can have here altogether: what is used and what is usable. */
    long capacityBytes() throws IOException;

    /**
     * Takes the exclusive owner lock of this folder, held until close.
     *
     * @return false if another process holds it
     */
    boolean tryOwn() throws IOException;

    @Override
    void close() throws IOException;
}
