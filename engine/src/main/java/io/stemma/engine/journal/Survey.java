package io.stemma.engine.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The first look at all segments: which numbers each holds, what was known durable, where whole
 * checkpoints begin. A later incarnation that starts at a number makes that number and all after it
 * void in earlier ones: they are what a crash cut off.
 */
final class Survey {
    /** One segment and what was found in it. */
    static final class Surveyed {
        final Segment segment;
        long first = Long.MAX_VALUE;

        /** Numbers from here on are void. */
        long cut = Long.MAX_VALUE;

        Surveyed(Segment segment) {
            this.segment = segment;
        }
    }

    /** Where replay can start. */
    record Start(int index, long begin, long end) {}

    final List<Surveyed> segments = new ArrayList<>();
    final boolean believesAnything;
    long knownDurable;

    private record Mark(RecordType type, int index, long number, long begin) {}

    private final List<Mark> marks = new ArrayList<>();

    /** The bytes of the segment that is looked at; one at a time, since all may be large. */
    private ByteBuffer content = ByteBuffer.allocateDirect(0);

    Survey(List<Segment> found, Set<Mutation> mutations) throws IOException {
        believesAnything = mutations.contains(Mutation.STALE_RECORD_BELIEVED);
        for (Segment segment : found) {
            look(new Surveyed(segment));
        }
        long cut = Long.MAX_VALUE;
        for (int i = segments.size() - 1; i >= 0; i--) {
            segments.get(i).cut = cut;
            cut = Math.min(cut, segments.get(i).first);
        }
    }

    /** Whether any valid group was found. */
    boolean foundRecords() {
        return segments.stream().anyMatch(surveyed -> surveyed.first != Long.MAX_VALUE);
    }

    private void look(Surveyed surveyed) throws IOException {
        segments.add(surveyed);
        SegmentReader reader = reader(surveyed);
        while (reader.next() || reader.resync()) {
            surveyed.first = Math.min(surveyed.first, reader.firstNumber());
            knownDurable = Math.max(knownDurable, reader.knownDurable());
            mark(reader);
        }
    }

    private void mark(SegmentReader reader) {
        ByteBuffer body = reader.body();
        long number = reader.firstNumber();
        int at = 0;
        while (at + RecordFrame.HEAD_BYTES <= body.limit()) {
            RecordType type = RecordType.of(body.getShort(at));
            int length = body.getInt(at + 4);
            if (length < RecordFrame.HEAD_BYTES || type == null) {
                return;
            }
            switch (type) {
                case POOL_CREATED, CHECKPOINT_BEGIN ->
                        marks.add(new Mark(type, segments.size() - 1, number, number));
                case CHECKPOINT_END ->
                        marks.add(
                                new Mark(
                                        type,
                                        segments.size() - 1,
                                        number,
                                        body.getLong(at + RecordFrame.HEAD_BYTES)));
                default -> {}
            }
            at += length;
            number++;
        }
    }

    /** Reads a segment; a reader made before is of no use any more. */
    SegmentReader reader(Surveyed surveyed) throws IOException {
        int bytes = surveyed.segment.bytes;
        if (content.capacity() < bytes) {
            content = ByteBuffer.allocateDirect(bytes);
        }
        surveyed.segment.file.read(0, Segment.address(content), bytes);
        return new SegmentReader(surveyed.segment, content, believesAnything);
    }

    /** Checkpoints that have a begin and an end, and the creation of the pool; newest first. */
    List<Start> starts() {
        List<Start> starts = new ArrayList<>();
        for (Mark begin : marks) {
            if (isVoid(begin)) {
                continue;
            }
            if (begin.type == RecordType.POOL_CREATED) {
                starts.add(new Start(begin.index, begin.number, begin.number));
            } else if (begin.type == RecordType.CHECKPOINT_BEGIN) {
                marks.stream()
                        .filter(end -> end.type == RecordType.CHECKPOINT_END && !isVoid(end))
                        .filter(end -> end.begin == begin.number)
                        .forEach(
                                end ->
                                        starts.add(
                                                new Start(begin.index, begin.number, end.number)));
            }
        }
        starts.sort(Comparator.comparingLong(Start::begin).reversed());
        return starts;
    }

    private boolean isVoid(Mark mark) {
        return mark.number >= segments.get(mark.index).cut;
    }
}
