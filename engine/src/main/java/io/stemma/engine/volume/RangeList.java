package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;

/**
 * Ranges of layer blocks in the order they came, at most {@code Limits.PUNCH_RANGES_MAX}; then the
 * new one is joined with the last into one that covers both and what lies between. Guarded by its
 * owner.
 */
final class RangeList {
    private static final long[] NONE = {};

    private long[] firsts = new long[4];
    private long[] ends = new long[4];
    private int head;
    private int tail;

    boolean isEmpty() {
        return head == tail;
    }

    void clear() {
        head = 0;
        tail = 0;
    }

    void add(long first, long count) {
        long end = first + count;
        boolean touchesLast = head < tail && first <= ends[tail - 1] && end >= firsts[tail - 1];
        if (touchesLast || tail - head >= Limits.PUNCH_RANGES_MAX) {
            firsts[tail - 1] = Math.min(firsts[tail - 1], first);
            ends[tail - 1] = Math.max(ends[tail - 1], end);
            return;
        }
        if (tail == firsts.length) {
            makeRoom();
        }
        firsts[tail] = first;
        ends[tail] = end;
        tail++;
    }

    private void makeRoom() {
        int size = tail - head;
        int capacity = Math.max(4, size * 2);
        long[] newFirsts = new long[capacity];
        long[] newEnds = new long[capacity];
        System.arraycopy(firsts, head, newFirsts, 0, size);
        System.arraycopy(ends, head, newEnds, 0, size);
        firsts = newFirsts;
        ends = newEnds;
        head = 0;
        tail = size;
    }

    /** Empties this list into another. */
    void moveTo(RangeList other) {
        for (int i = head; i < tail; i++) {
            other.add(firsts[i], ends[i] - firsts[i]);
        }
        clear();
    }

    /** Takes at most {@code countMax} blocks off the front: first block and count, or nothing. */
    long[] takeFirst(int countMax) {
        if (isEmpty()) {
            return NONE;
        }
        long first = firsts[head];
        long count = Math.min(countMax, ends[head] - first);
        firsts[head] += count;
        if (firsts[head] == ends[head]) {
            head++;
        }
        return new long[] {first, count};
    }
}
