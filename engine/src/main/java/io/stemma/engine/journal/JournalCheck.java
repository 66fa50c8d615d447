package io.stemma.engine.journal;

import io.stemma.engine.io.Folder;
import io.stemma.engine.runtime.TimeSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads a journal as a start would, and writes nothing. Each group of each segment is looked at,
 * whether a start needs it or not. Blocking; the caller owns the folder.
 */
public final class JournalCheck {
    private static final String DAMAGED = "groups of records from here on are damaged";
    private static final String SUPERSEDED =
            DAMAGED + "; a later checkpoint has all that they said";
    private static final String NOTHING = "; the pool cannot be opened";

    private final Folder folder;
    private final List<JournalReport.Fault> faults = new ArrayList<>();

    private JournalCheck(Folder folder) {
        this.folder = folder;
    }

    /**
     * Follows all records.
     *
     * @throws IOException if a segment cannot be read at all
     */
    public static JournalReport examine(Folder folder) throws IOException {
        return new JournalCheck(folder).examine();
    }

    private JournalReport examine() throws IOException {
        boolean failedBefore = folder.exists(Journal.FAILED_NAME);
        Opening opening = new Opening(folder, TimeSource.SYSTEM, JournalShape.PRODUCT, Set.of());
        try (SegmentStore store = opening.store()) {
            return examine(opening, store, failedBefore);
        } catch (JournalDamage damage) {
            faults.add(
                    new JournalReport.Fault(
                            true, damage.file(), damage.offset(), words(damage) + NOTHING));
            return new JournalReport(null, Set.of(), failedBefore, faults);
        }
    }

    private static String words(JournalDamage damage) {
        return String.valueOf(damage.getMessage());
    }

    private JournalReport examine(Opening opening, SegmentStore store, boolean failedBefore)
            throws IOException {
        Survey survey = new Survey(store.find(failedBefore), Set.of());
        Replay replay;
        try {
            replay = opening.look(survey);
        } catch (JournalDamage damage) {
            headless(store, true);
            gaps(survey, survey.segments.size(), true);
            throw damage;
        }
        gaps(survey, replay.firstNeeded(), false);
        follow(survey, replay.start());
        JournalReport.Fault uncounted = replay.uncounted();
        if (uncounted != null) {
            faults.add(uncounted);
        }
        headless(store, !replay.whole());
        return new JournalReport(
                opening.state(), opening.image().unsettled().keySet(), failedBefore, faults);
    }

    private void headless(SegmentStore store, boolean missed) throws IOException {
        for (String file : store.headless()) {
            String what =
                    missed
                            ? "the header of this segment is damaged, and records are missing"
                            : "no valid header; no record is missing, so a crash came while the"
                                    + " segment was to be used again";
            faults.add(new JournalReport.Fault(missed, file, 0, what));
        }
    }

    /**
     * Places of the first segments where groups are not whole.
     *
     * @param needed whether nothing else says what they said
     */
    private void gaps(Survey survey, int count, boolean needed) throws IOException {
        String what = needed ? DAMAGED : SUPERSEDED;
        for (int i = 0; i < count; i++) {
            Survey.Surveyed surveyed = survey.segments.get(i);
            SegmentReader reader = survey.reader(surveyed);
            while (true) {
                if (reader.next()) {
                    continue;
                }
                int bad = reader.offset();
                // What a later segment numbers again was cut off by a crash.
                boolean begun = reader.begun() && reader.firstNumber() < surveyed.cut;
                boolean more = reader.resync();
                if (more || begun) {
                    faults.add(new JournalReport.Fault(needed, reader.file(), bad, what));
                }
                if (!more) {
                    break;
                }
            }
        }
    }

    /** The numbers from the checkpoint on, with the place behind which each hole begins. */
    private void follow(Survey survey, Survey.Start start) throws IOException {
        long expected = start.begin();
        String file = "";
        int bad = -1;
        String tornFile = "";
        int tornAt = 0;
        for (int i = start.index(); i < survey.segments.size(); i++) {
            Survey.Surveyed surveyed = survey.segments.get(i);
            SegmentReader reader = survey.reader(surveyed);
            while (true) {
                boolean next = reader.next();
                boolean gap = !next;
                if (gap) {
                    file = reader.file();
                    bad = reader.offset();
                    if (reader.begun() && reader.firstNumber() < surveyed.cut) {
                        tornFile = file;
                        tornAt = bad;
                    }
                    next = reader.resync();
                }
                long first = next ? reader.firstNumber() : Long.MAX_VALUE;
                if (first >= surveyed.cut || !next) {
                    break;
                }
                if (first > expected) {
                    if (expected > survey.knownDurable) {
                        torn(file, bad);
                        return;
                    }
                    missing(file, bad, expected, first - 1);
                } else if (gap) {
                    faults.add(new JournalReport.Fault(false, file, bad, SUPERSEDED));
                }
                expected = Math.max(expected, first + reader.records());
            }
        }
        if (expected <= survey.knownDurable) {
            missing(file, bad, expected, survey.knownDurable);
        } else if (!tornFile.isEmpty() && faults.isEmpty()) {
            torn(tornFile, tornAt);
        }
    }

    private void missing(String file, int offset, long first, long last) {
        faults.add(
                new JournalReport.Fault(
                        true,
                        file,
                        offset,
                        "records %d to %d were durable and are missing from here on"
                                .formatted(first, last)));
    }

    private void torn(String file, int offset) {
        faults.add(
                new JournalReport.Fault(
                        false,
                        file,
                        offset,
                        "the last group of records is not whole: a crash cut it off, and nothing"
                                + " that is known to be durable is lost"));
    }
}
