package io.stemma.engine.journal;

import io.stemma.engine.journal.StructuralRecord.AtomicIntent;
import io.stemma.engine.runtime.Limits;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The atomic writes of a pool that are on record and not closed, with their bytes. They are few: a
 * volume that serves has at most as many as there are sync threads. Guarded by the journal's lock.
 */
final class OpenIntents {
    /** One of them; its bytes up to {@code arrived} are on record. */
    private static final class Open {
        final AtomicIntent first;
        final byte[] bytes;
        int arrived;

        Open(AtomicIntent first) {
            if (first.length() <= 0 || first.length() > Limits.ATOMIC_WRITE_BYTES_MAX) {
                throw new JournalDamage("an intent of " + first.length() + " bytes");
            }
            this.first = first;
            bytes = new byte[first.length()];
        }

        /** A piece that does not continue the others came behind one that is lost. */
        void add(AtomicIntent piece) {
            if (piece.at() == arrived && piece.pieceLength() <= bytes.length - arrived) {
                piece.putInto(bytes);
                arrived += piece.pieceLength();
            }
        }

        boolean whole() {
            return arrived == bytes.length;
        }

        void pieces(int bytesMax, List<AtomicIntent> into) {
            for (int at = 0; at < arrived; at += bytesMax) {
                byte[] piece = new byte[Math.min(bytesMax, arrived - at)];
                System.arraycopy(bytes, at, piece, 0, piece.length);
                into.add(
                        new AtomicIntent(
                                first.volumeKey(),
                                first.intent(),
                                first.offset(),
                                bytes.length,
                                at,
                                piece));
            }
        }
    }

    private final Map<Long, Open> open = new TreeMap<>();

    /** A piece is on record. */
    void add(AtomicIntent piece) {
        if (piece.at() == 0) {
            open.put(piece.intent(), new Open(piece));
        }
        Open intent = open.get(piece.intent());
        if (intent != null) {
            intent.add(piece);
        }
    }

    /** An intent is done or given up. */
    void close(long intent) {
        open.remove(intent);
    }

    /** A volume is no more. */
    void forget(int volumeKey) {
        open.values().removeIf(intent -> intent.first.volumeKey() == volumeKey);
    }

    void clear() {
        open.clear();
    }

    /** Those that were cut short are as if they had never been. */
    void dropIncomplete() {
        open.values().removeIf(intent -> !intent.whole());
    }

    /** A number above that of every open intent. */
    long numberNext() {
        return open.keySet().stream().mapToLong(Long::longValue).max().orElse(0) + 1;
    }

    /** Everything that is on record, in pieces of a size. */
    List<AtomicIntent> pieces(int bytesMax) {
        List<AtomicIntent> pieces = new ArrayList<>();
        open.values().forEach(intent -> intent.pieces(bytesMax, pieces));
        return pieces;
    }

    /** The whole ones of a volume, oldest first. */
    List<Intents.Intent> of(int volumeKey) {
        List<Intents.Intent> found = new ArrayList<>();
        for (Open intent : open.values()) {
            if (intent.first.volumeKey() == volumeKey && intent.whole()) {
                found.add(
                        new Intents.Intent(
                                intent.first.intent(), intent.first.offset(), intent.bytes));
            }
        }
        return found;
    }
}
