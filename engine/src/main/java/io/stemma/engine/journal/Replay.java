package io.stemma.engine.journal;

import io.stemma.engine.journal.StructuralRecord.RunStarted;
import io.stemma.engine.journal.StructuralRecord.VolumeOffline;
import io.stemma.engine.runtime.InvariantViolation;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows the records from the newest whole checkpoint on. A hole above what was known durable is a
 * torn tail: the journal ends there. A hole below is damage: the walk goes on behind it, volumes
 * whose numbers do not continue go offline, and if a structural record is missing the pool is
 * read-only.
 */
final class Replay {
    /** A checkpoint that turned out to have a hole; an older one may do. */
    private static final class BrokenCheckpoint extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static final String UNCOUNTED =
            "a structural record is missing before this group: the pool is read-only";

    private final Survey survey;
    private final Set<Mutation> mutations;
    private PoolImage image = new PoolImage();
    private Survey.Start start = new Survey.Start(0, 0, 0);
    private @Nullable CheckpointReader loading;
    private long expected;
    private @Nullable String hole;
    private @Nullable String structuralHole;

    /** The first group before which a structural record is missing that no number misses. */
    private JournalReport.@Nullable Fault uncounted;

    private final Map<Integer, String> damaged = new LinkedHashMap<>();

    Replay(Survey survey, Set<Mutation> mutations) {
        this.survey = survey;
        this.mutations = mutations;
    }

    /** Follows the records; throws {@link JournalDamage} if no checkpoint is whole. */
    void run() throws IOException {
        for (Survey.Start candidate : survey.starts()) {
            try {
                walk(candidate);
                offlineSuspects();
                return;
            } catch (BrokenCheckpoint e) {
                image = new PoolImage();
            }
        }
        throw new JournalDamage("no checkpoint of the journal is whole");
    }

    PoolImage image() {
        return image;
    }

    /** The number of the next record. */
    long nextNumber() {
        return expected;
    }

    /** The checkpoint, or the creation of the pool, from which the records were followed. */
    Survey.Start start() {
        return start;
    }

    /** Index of the first segment that is needed. */
    int firstNeeded() {
        return start.index();
    }

    /** Whether no record is missing that was ever known durable. */
    boolean whole() {
        return hole == null;
    }

    /** Where a structural record is missing; null if none is. */
    @Nullable String structuralHole() {
        return structuralHole;
    }

    JournalReport.@Nullable Fault uncounted() {
        return uncounted;
    }

    /** What has to be recorded of volumes that miss records. */
    List<VolumeOffline> newlyOffline() {
        return damaged.entrySet().stream()
                .filter(entry -> image.volume(entry.getKey()) != null)
                .map(entry -> new VolumeOffline(entry.getKey(), entry.getValue()))
                .toList();
    }

    private void walk(Survey.Start from) throws BrokenCheckpoint, IOException {
        start = from;
        expected = from.begin();
        loading = null;
        hole = null;
        structuralHole = null;
        uncounted = null;
        damaged.clear();
        for (int i = from.index(); i < survey.segments.size(); i++) {
            if (!walk(survey.segments.get(i))) {
                return;
            }
        }
        if (expected <= survey.knownDurable) {
            meetHole(survey.knownDurable + 1, "the end of the journal");
            expected = survey.knownDurable + 1;
        }
    }

    /** Follows one segment; false if the journal ends in it. */
    private boolean walk(Survey.Surveyed surveyed) throws BrokenCheckpoint, IOException {
        SegmentReader reader = survey.reader(surveyed);
        while (reader.next() || reader.resync()) {
            long first = reader.firstNumber();
            if (first >= surveyed.cut) {
                return true;
            }
            if (first + reader.records() <= expected && !survey.believesAnything) {
                continue;
            }
            if (first > expected && !meetHole(first, reader.where())) {
                return false;
            }
            follow(reader);
            expected = Math.max(expected, first + reader.records());
        }
        return true;
    }

    /**
     * Numbers from {@code expected} to before {@code found} are missing; false if that is the end.
     */
    private boolean meetHole(long found, String where) throws BrokenCheckpoint {
        if (loading != null || expected <= start.end()) {
            throw new BrokenCheckpoint();
        }
        if (expected > survey.knownDurable) {
            return false;
        }
        String what =
                "records %d to %d are missing before %s".formatted(expected, found - 1, where);
        hole = what;
        for (VolumeChain volume : image.volumes()) {
            volume.suspect = what;
        }
        return true;
    }

    private void follow(SegmentReader reader) {
        try {
            long number = reader.firstNumber();
            requireStructuralCount(reader);
            ByteBuffer body = reader.body();
            for (int i = 0; i < reader.records(); i++) {
                int begin = body.position();
                RecordType type = RecordType.of(body.getShort());
                int flags = body.getShort();
                int length = body.getInt();
                if (type == null) {
                    throw new JournalDamage("a record of a kind that a newer version wrote");
                }
                if (number >= start.begin()) {
                    follow(type, flags, number, body);
                }
                number++;
                body.position(begin + length);
            }
        } catch (JournalDamage
                | InvariantViolation
                | BufferUnderflowException
                | IllegalArgumentException e) {
            throw damage(reader, e);
        }
    }

    private JournalDamage damage(SegmentReader reader, RuntimeException cause) {
        JournalDamage damage =
                new JournalDamage(
                        reader.file(),
                        reader.offset(),
                        reader.where() + " cannot be followed: " + cause.getMessage());
        damage.initCause(cause);
        return damage;
    }

    private void requireStructuralCount(SegmentReader reader) {
        boolean checkpoint = loading != null || reader.firstNumber() <= start.begin();
        if (checkpoint || survey.believesAnything) {
            return;
        }
        if (reader.structuralBefore() != image.structuralCount()) {
            if (hole == null && structuralHole == null) {
                uncounted =
                        new JournalReport.Fault(true, reader.file(), reader.offset(), UNCOUNTED);
            }
            structuralHole = hole == null ? reader.where() : hole;
            image.structuralCount(reader.structuralBefore());
        }
    }

    private void follow(RecordType type, int flags, long number, ByteBuffer body) {
        if (type.structural()) {
            structural(StructuralCodec.decode(type, body));
            return;
        }
        switch (type) {
            case PRESENCE -> presence(flags, body);
            case BARRIER -> barrier(number, body);
            case CHECKPOINT_BEGIN -> {
                if (number == start.begin()) {
                    loading = new CheckpointReader(image, body);
                }
            }
            default -> {
                if (loading != null) {
                    loading.follow(type, flags, body);
                    loading = type == RecordType.CHECKPOINT_END ? null : loading;
                }
            }
        }
    }

    private void structural(StructuralRecord record) {
        if (record instanceof RunStarted run && mutations.contains(Mutation.VOID_RECORDS_REVIVED)) {
            image.apply(image.judge(run.identity(), true));
            return;
        }
        try {
            image.apply(record);
        } catch (JournalDamage e) {
            // What it speaks of was created by a record that is lost; the pool is read-only then.
            if (structuralHole == null) {
                throw e;
            }
        }
    }

    private void presence(int flags, ByteBuffer body) {
        int volumeKey = body.getInt();
        int layerKey = body.getInt();
        long number = body.getLong();
        VolumeChain volume = chain(volumeKey, number);
        if (volume != null) {
            volume.presence(layerKey, number, body.getLong(), body.getLong(), flags);
        }
    }

    private void barrier(long poolNumber, ByteBuffer body) {
        int volumeKey = body.getInt();
        body.getInt();
        long number = body.getLong();
        VolumeChain volume = chain(volumeKey, number);
        if (volume != null) {
            volume.barrier(number, body.getLong(), poolNumber);
        }
    }

    /** The volume that a numbered record belongs to, after looking whether the numbers continue. */
    private @Nullable VolumeChain chain(int volumeKey, long number) {
        image.goesOn();
        VolumeChain volume = image.volume(volumeKey);
        if (volume == null) {
            if (structuralHole == null) {
                throw new JournalDamage("a record of volume key " + volumeKey + ", which is gone");
            }
            return null;
        }
        if (number != volume.last + 1 && !survey.believesAnything) {
            String where = hole == null ? "records are missing" : hole;
            offline(volume, where);
        }
        volume.suspect = null;
        return volume;
    }

    private void offlineSuspects() {
        for (VolumeChain volume : image.volumes()) {
            String suspect = volume.suspect;
            if (suspect != null) {
                offline(volume, suspect);
            }
        }
    }

    private void offline(VolumeChain volume, String where) {
        String reason = "the journal is damaged: " + where;
        volume.offline(reason);
        damaged.put(volume.description().volumeKey(), reason);
    }
}
