package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Which intents a journal has to find open again, told from what was asked and answered. */
final class IntentModel {
    private static final int BYTES_MAX = 5000;
    private static final int OPEN_MAX = 4;

    /** An intent whose bytes are all the same. */
    private record Open(int volumeKey, long offset, int length, byte fill) {}

    private final Map<Long, Open> open = new TreeMap<>();

    /** What the call under way would open; it may have happened or not when it is cut. */
    private @Nullable Open opening;

    private @Nullable Long closing;
    private byte fill;

    boolean isFull() {
        return open.size() >= OPEN_MAX;
    }

    /** Opens one; the number is the journal's. */
    long open(Journal journal, int volumeKey, Random random) throws DeviceException {
        Open next = new Open(volumeKey, random.nextInt(9) * 512L, length(random), ++fill);
        opening = next;
        MemorySegment payload = Arena.ofAuto().allocate(next.length);
        payload.fill(next.fill);
        long number = journal.intents().open(volumeKey, next.offset, payload);
        opening = null;
        open.put(number, next);
        return number;
    }

    private static int length(Random random) {
        return 1 + random.nextInt(BYTES_MAX);
    }

    /** One of a volume that is open, or null. */
    @Nullable Long openOf(int volumeKey) {
        for (Map.Entry<Long, Open> entry : open.entrySet()) {
            if (entry.getValue().volumeKey == volumeKey) {
                return entry.getKey();
            }
        }
        return null;
    }

    void close(Journal journal, int volumeKey, long number, long first, long count)
            throws DeviceException {
        closing = number;
        journal.intents().close(volumeKey, volumeKey, number, first, count);
        closing = null;
        open.remove(number);
    }

    /** Volumes that are no more take their intents with them. */
    void keepOnly(Set<Integer> volumeKeys) {
        open.values().removeIf(intent -> !volumeKeys.contains(intent.volumeKey));
    }

    /** What is wrong with what a journal found, null if nothing is; goes on from it. */
    @Nullable String compare(Journal journal, Set<Integer> volumeKeys) {
        keepOnly(volumeKeys);
        Map<Long, Open> found = new TreeMap<>();
        for (int key : volumeKeys) {
            for (Intents.Intent intent : journal.intents().of(key)) {
                Open one = read(key, intent);
                if (one == null) {
                    return "intent %d holds rubbish".formatted(intent.number());
                }
                found.put(intent.number(), one);
            }
        }
        Open tried = opening;
        Long ended = closing;
        opening = null;
        closing = null;
        Map<Long, Open> missing = new TreeMap<>(open);
        missing.entrySet().removeIf(entry -> entry.getValue().equals(found.get(entry.getKey())));
        if (ended != null) {
            missing.remove(ended);
        }
        Map<Long, Open> extra = new TreeMap<>(found);
        extra.entrySet()
                .removeIf(
                        entry ->
                                entry.getValue().equals(tried)
                                        || entry.getValue().equals(open.get(entry.getKey())));
        open.clear();
        open.putAll(found);
        return missing.isEmpty() && extra.isEmpty()
                ? null
                : "intents %s are missing, %s should not be open".formatted(missing, extra);
    }

    private static @Nullable Open read(int volumeKey, Intents.Intent intent) {
        byte[] bytes = new byte[intent.length()];
        MemorySegment memory = Arena.ofAuto().allocate(bytes.length);
        intent.copyTo(memory);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
        byte[] same = new byte[bytes.length];
        Arrays.fill(same, bytes[0]);
        return Arrays.equals(same, bytes)
                ? new Open(volumeKey, intent.offset(), bytes.length, bytes[0])
                : null;
    }
}
