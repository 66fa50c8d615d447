package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What all parts of one program against a tree of volumes share. */
final class TreeWorld {
    private static final int STORY = 40;

    final Random random;
    final TreeStore store;
    final List<OraclePoint> volumes = new ArrayList<>();
    final List<OraclePoint> snapshots = new ArrayList<>();
    private final ArrayDeque<String> story = new ArrayDeque<>();
    private int numbers;

    TreeWorld(long seed, TreeStore store) {
        // Neighbouring seeds begin with almost the same numbers.
        random = new Random(seed * 0x9E37_79B9_7F4A_7C15L);
        this.store = store;
    }

    /** Goes another way from here on. */
    Random reseed(long by) {
        random.setSeed(random.nextLong() ^ by);
        return random;
    }

    /** A number that was never given out. */
    int next() {
        return ++numbers;
    }

    boolean once(int in) {
        return random.nextInt(in) == 0;
    }

    <T> T any(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** One of all volumes and snapshots; there is a volume. */
    OraclePoint anyPoint() {
        int which = random.nextInt(volumes.size() + snapshots.size());
        return which < volumes.size() ? volumes.get(which) : snapshots.get(which - volumes.size());
    }

    /** The point as something that can be read. */
    Volume on(OraclePoint point) throws DeviceException {
        if (point.isSnapshot()) {
            return store.points().open(described(point));
        }
        return store.backend()
                .volume(point.name)
                .orElseThrow(() -> new AssertionError("volume " + point + " is missing"));
    }

    /** The snapshot as the backend describes it. */
    Snapshot described(OraclePoint point) {
        for (Snapshot one : store.points().snapshots()) {
            if (one.id().equals(point.id)) {
                return one;
            }
        }
        throw new AssertionError("snapshot " + point + " is missing");
    }

    /**
     * Fails unless it holds.
     *
     * @param pattern what to say, with {} for each argument
     */
    void require(boolean holds, String pattern, @Nullable Object... arguments) {
        if (!holds) {
            throw new AssertionError(filled(pattern, arguments));
        }
    }

    private static String filled(String pattern, @Nullable Object... arguments) {
        StringBuilder words = new StringBuilder();
        int from = 0;
        for (Object argument : arguments) {
            int to = pattern.indexOf("{}", from);
            words.append(pattern, from, to).append(argument);
            from = to + 2;
        }
        return words.append(pattern.substring(from)).toString();
    }

    /** Notes a step, so that a failure can tell how it came to be. */
    void tell(String pattern, @Nullable Object... arguments) {
        if (story.size() == STORY) {
            story.removeFirst();
        }
        story.add(filled(pattern, arguments));
    }

    /** The last steps, oldest first. */
    String story() {
        return String.join("\n  ", story);
    }
}
