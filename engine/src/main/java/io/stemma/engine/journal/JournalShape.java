package io.stemma.engine.journal;

import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

/**
 * Sizes of a journal. Journals of different shapes read each other's segments.
 *
 * @param segmentBytes bytes of a segment file, a multiple of 4096
 * @param groupBytesMax largest group that is written at once
 * @param segmentsPerCheckpoint after so many segments a checkpoint is written, which bounds replay
 */
public record JournalShape(int segmentBytes, int groupBytesMax, int segmentsPerCheckpoint) {
    /** The shape of the product. */
    public static final JournalShape PRODUCT =
            new JournalShape(
                    Limits.JOURNAL_SEGMENT_BYTES,
                    Limits.JOURNAL_GROUP_BYTES_MAX,
                    Limits.JOURNAL_SEGMENTS_PER_CHECKPOINT);

    public JournalShape {
        Invariant.check(
                segmentBytes % Segment.HEADER_BYTES == 0
                        && segmentBytes <= Limits.JOURNAL_SEGMENT_BYTES_MAX,
                "a segment is whole pages, and not too large to be read at once");
        Invariant.check(
                groupBytesMax >= 1024 && groupBytesMax <= segmentBytes - Segment.HEADER_BYTES,
                "the largest group fits into an empty segment");
        Invariant.check(segmentsPerCheckpoint > 0, "a checkpoint follows at least one segment");
    }
}
