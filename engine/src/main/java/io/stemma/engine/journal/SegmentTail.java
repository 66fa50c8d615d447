package io.stemma.engine.journal;

import io.stemma.engine.io.BlockFile;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The segment that is written now, the one that is ready to follow it, and those written since the
 * last sync. Written under the journal's lock; the syncer asks what it has to sync.
 */
final class SegmentTail {
    private volatile Segment current;
    private volatile @Nullable Segment spare;
    private final List<Segment> left = new ArrayList<>();
    private int switches;

    SegmentTail(Segment first) {
        current = first;
    }

    boolean hasRoom(int groupBytes) {
        return current.hasRoom(groupBytes);
    }

    void write(GroupBuffer group, long firstNumber, long knownDurable, long structuralBefore)
            throws IOException {
        group.write(current, firstNumber, knownDurable, structuralBefore);
    }

    @Nullable Segment spare() {
        return spare;
    }

    /** Gives a segment to go on with later; committer. */
    void keep(Segment ready) {
        spare = ready;
    }

    /** Goes on in the spare segment; false if there is none. */
    boolean useSpare() {
        Segment ready = spare;
        if (ready == null) {
            return false;
        }
        spare = null;
        use(ready);
        return true;
    }

    /** Goes on in this segment. */
    synchronized void use(Segment next) {
        left.add(current);
        current = next;
        switches++;
    }

    /** Segments left behind since the last checkpoint. */
    int switches() {
        return switches;
    }

    void resetSwitches() {
        switches = 0;
    }

    /**
     * Makes everything durable that was written before the call. Syncer, without the lock.
     *
     * @throws IOException if that failed; it must not be tried again
     */
    void sync() throws IOException {
        List<Segment> behind = List.of();
        BlockFile now;
        synchronized (this) {
            if (!left.isEmpty()) {
                behind = List.copyOf(left);
            }
            now = current.file;
        }
        for (int i = 0; i < behind.size(); i++) {
            behind.get(i).file.dataSync();
        }
        now.dataSync();
        if (!behind.isEmpty()) {
            synchronized (this) {
                left.removeAll(behind);
            }
        }
    }
}
