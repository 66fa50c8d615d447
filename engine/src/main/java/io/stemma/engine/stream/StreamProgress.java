package io.stemma.engine.stream;

/** Told how far a stream is. On the thread of the stream; must not block. */
@FunctionalInterface
public interface StreamProgress {
    /** Tells nobody. */
    StreamProgress NONE = (done, total) -> {};

    /**
     * More of it is done.
     *
     * @param bytesDone of the volume: of an export those that were told, of an import the place up
     *     to which it is done
     * @param bytesTotal of the volume, the same way
     */
    void at(long bytesDone, long bytesTotal);
}
