package io.stemma.engine.layer;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Where the chunks of a map are. A chunk that is all ABSENT has no entry, and neighbours that are
 * have no segment of the directory either. Segments are shared with the outer array that replaces
 * this one when the map grows; both making a segment and replacing the array hold the monitor, so
 * that none is lost between them, and everything else takes nothing.
 */
final class ChunkDirectory {
    static final int SEGMENT_CHUNKS_LOG2 = 8;
    private static final int SEGMENT_CHUNKS = 1 << SEGMENT_CHUNKS_LOG2;
    private static final int IN_SEGMENT = SEGMENT_CHUNKS - 1;
    private static final int ARRAY_BYTES = 16;

    /** Bytes of a reference on the heap, as long as the JVM compresses it. */
    private static final int REFERENCE_BYTES = 4;

    private static final RunChunk ABSENT = RunChunk.uniform(BlockState.ABSENT);

    private static final VarHandle CHUNK =
            MethodHandles.arrayElementVarHandle(PresenceChunk[].class);
    private static final VarHandle SEGMENT =
            MethodHandles.arrayElementVarHandle(PresenceChunk[][].class);

    private volatile @Nullable PresenceChunk[] @Nullable [] segments = new PresenceChunk[0][];

    /** The chunk of that index; it lies in the directory. */
    PresenceChunk get(int chunk) {
        @Nullable PresenceChunk[] segment = segment(segments, chunk >>> SEGMENT_CHUNKS_LOG2);
        PresenceChunk found = segment == null ? null : entry(segment, chunk & IN_SEGMENT);
        return found == null ? ABSENT : found;
    }

    private static @Nullable PresenceChunk @Nullable [] segment(
            @Nullable PresenceChunk[] @Nullable [] segments, int index) {
        return (PresenceChunk[]) SEGMENT.getVolatile(segments, index);
    }

    private static @Nullable PresenceChunk entry(@Nullable PresenceChunk[] segment, int index) {
        return (PresenceChunk) CHUNK.getVolatile(segment, index);
    }

    /** The first chunk from {@code chunk} on that has an entry, {@code end} if none has before. */
    int skipAbsent(int chunk, int end) {
        @Nullable PresenceChunk[] @Nullable [] all = segments;
        int at = chunk;
        while (at < end) {
            @Nullable PresenceChunk[] segment = segment(all, at >>> SEGMENT_CHUNKS_LOG2);
            int segmentEnd = Math.min(end, (at | IN_SEGMENT) + 1);
            if (segment == null) {
                at = segmentEnd;
                continue;
            }
            for (; at < segmentEnd; at++) {
                if (entry(segment, at & IN_SEGMENT) != null) {
                    return at;
                }
            }
        }
        return end;
    }

    /** Puts a chunk in, whatever was there. */
    void put(int chunk, PresenceChunk after) {
        PresenceChunk[] segment =
                after == ABSENT
                        ? segment(segments, chunk >>> SEGMENT_CHUNKS_LOG2)
                        : segmentForWriting(chunk >>> SEGMENT_CHUNKS_LOG2);
        if (segment != null) {
            CHUNK.setVolatile(segment, chunk & IN_SEGMENT, stored(after));
        }
    }

    /** Puts a chunk in the place of another one, if that is still there. */
    boolean replace(int chunk, PresenceChunk before, PresenceChunk after) {
        return CHUNK.compareAndSet(
                segmentForWriting(chunk >>> SEGMENT_CHUNKS_LOG2),
                chunk & IN_SEGMENT,
                stored(before),
                stored(after));
    }

    private static @Nullable PresenceChunk stored(PresenceChunk chunk) {
        return chunk == ABSENT ? null : chunk;
    }

    private @Nullable PresenceChunk[] segmentForWriting(int index) {
        @Nullable PresenceChunk[] segment = segment(segments, index);
        return segment == null ? makeSegment(index) : segment;
    }

    private synchronized @Nullable PresenceChunk[] makeSegment(int index) {
        @Nullable PresenceChunk[] segment = segment(segments, index);
        if (segment == null) {
            segment = new PresenceChunk[SEGMENT_CHUNKS];
            SEGMENT.setVolatile(segments, index, segment);
        }
        return segment;
    }

    /** Makes room for chunks; those cut off are forgotten. */
    synchronized void resize(int chunks) {
        int wanted = (chunks + SEGMENT_CHUNKS - 1) >>> SEGMENT_CHUNKS_LOG2;
        if (wanted != segments.length) {
            segments = Arrays.copyOf(segments, wanted);
        }
    }

    /** Takes over what another directory holds, sharing what cannot change. */
    synchronized void become(ChunkDirectory other) {
        @Nullable PresenceChunk[] @Nullable [] theirs = other.segments;
        PresenceChunk[][] copies = new PresenceChunk[theirs.length][];
        for (int i = 0; i < copies.length; i++) {
            @Nullable PresenceChunk[] segment = segment(theirs, i);
            if (segment == null) {
                continue;
            }
            copies[i] = new PresenceChunk[SEGMENT_CHUNKS];
            for (int j = 0; j < SEGMENT_CHUNKS; j++) {
                PresenceChunk chunk = entry(segment, j);
                copies[i][j] = chunk instanceof DenseChunk dense ? dense.copy() : chunk;
            }
        }
        segments = copies;
    }

    /** Estimate of the bytes of the directory, without its chunks. */
    long memoryBytes() {
        @Nullable PresenceChunk[] @Nullable [] all = segments;
        long bytes = ARRAY_BYTES + (long) REFERENCE_BYTES * all.length;
        for (int i = 0; i < all.length; i++) {
            if (segment(all, i) != null) {
                bytes += ARRAY_BYTES + REFERENCE_BYTES * SEGMENT_CHUNKS;
            }
        }
        return bytes;
    }
}
