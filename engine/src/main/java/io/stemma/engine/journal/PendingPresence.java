package io.stemma.engine.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Presence records of one volume that no barrier covers yet, oldest first, in plain arrays so that
 * adding one makes no garbage once they have grown. Guarded by the journal's lock.
 */
final class PendingPresence {
    /** Told of records in order. */
    interface Visitor {
        void record(int layerKey, long number, long firstBlock, long blockCount, int flags);
    }

    private static final int CAPACITY_FIRST = 64;

    private long[] numbers = new long[CAPACITY_FIRST];
    private long[] firstBlocks = new long[CAPACITY_FIRST];
    private long[] blockCounts = new long[CAPACITY_FIRST];
    private int[] layerKeys = new int[CAPACITY_FIRST];
    private byte[] flags = new byte[CAPACITY_FIRST];
    private int head;
    private int tail;

    int size() {
        return tail - head;
    }

    boolean isEmpty() {
        return head == tail;
    }

    /** Number of the oldest record; there must be one. */
    long firstNumber() {
        return numbers[head];
    }

    void add(int layerKey, long number, long firstBlock, long blockCount, int recordFlags) {
        if (tail == numbers.length) {
            makeRoom();
        }
        numbers[tail] = number;
        firstBlocks[tail] = firstBlock;
        blockCounts[tail] = blockCount;
        layerKeys[tail] = layerKey;
        flags[tail] = (byte) recordFlags;
        tail++;
    }

    private void makeRoom() {
        int size = size();
        int capacity = size > numbers.length / 2 ? numbers.length * 2 : numbers.length;
        numbers = moved(numbers, new long[capacity], size);
        firstBlocks = moved(firstBlocks, new long[capacity], size);
        blockCounts = moved(blockCounts, new long[capacity], size);
        int[] keys = new int[capacity];
        System.arraycopy(layerKeys, head, keys, 0, size);
        layerKeys = keys;
        byte[] bits = new byte[capacity];
        System.arraycopy(flags, head, bits, 0, size);
        flags = bits;
        head = 0;
        tail = size;
    }

    private long[] moved(long[] from, long[] to, int size) {
        System.arraycopy(from, head, to, 0, size);
        return to;
    }

    /** Takes records up to a number out, in order. */
    void removeUpTo(long number, Visitor visitor) {
        while (head < tail && numbers[head] <= number) {
            visit(head++, visitor);
        }
        if (head == tail) {
            head = 0;
            tail = 0;
        }
    }

    /** Shows all records in order. */
    void forEach(Visitor visitor) {
        for (int i = head; i < tail; i++) {
            visit(i, visitor);
        }
    }

    /** Appends the i-th record of those that are left. */
    void encode(int i, RecordType type, int volumeKey, ByteBuffer out) {
        int at = head + i;
        RecordFrame.presence(
                type,
                out,
                volumeKey,
                layerKeys[at],
                numbers[at],
                firstBlocks[at],
                blockCounts[at],
                flags[at]);
    }

    private void visit(int i, Visitor visitor) {
        visitor.record(layerKeys[i], numbers[i], firstBlocks[i], blockCounts[i], flags[i]);
    }

    /** Drops records above a number unless they are flagged durable. */
    void dropUndurableAbove(long number) {
        int kept = head;
        for (int i = head; i < tail; i++) {
            if (numbers[i] <= number || (flags[i] & RecordFrame.FLAG_DURABLE) != 0) {
                move(i, kept++);
            }
        }
        tail = kept;
    }

    /** Whether a record names the layer. */
    boolean names(int layerKey) {
        for (int i = head; i < tail; i++) {
            if (layerKeys[i] == layerKey) {
                return true;
            }
        }
        return false;
    }

    /** Drops records of layers that are gone. */
    void keepOnly(IntPredicate layerExists) {
        int kept = head;
        int looked = 0;
        boolean exists = false;
        for (int i = head; i < tail; i++) {
            if (layerKeys[i] != looked) {
                looked = layerKeys[i];
                exists = layerExists.test(looked);
            }
            if (exists) {
                move(i, kept++);
            }
        }
        tail = kept;
    }

    private void move(int from, int to) {
        numbers[to] = numbers[from];
        firstBlocks[to] = firstBlocks[from];
        blockCounts[to] = blockCounts[from];
        layerKeys[to] = layerKeys[from];
        flags[to] = flags[from];
    }

    /** A layer ends at this block now: cuts off what records say of blocks behind it. */
    void cutAt(int layerKey, long blockCount) {
        for (int i = head; i < tail; i++) {
            if (layerKeys[i] != layerKey) {
                continue;
            }
            long left = Math.max(0, blockCount - firstBlocks[i]);
            blockCounts[i] = Math.min(blockCounts[i], left);
            firstBlocks[i] = Math.min(firstBlocks[i], blockCount);
        }
    }

    void clear() {
        head = 0;
        tail = 0;
        if (numbers.length > CAPACITY_FIRST) {
            numbers = Arrays.copyOf(numbers, CAPACITY_FIRST);
            firstBlocks = Arrays.copyOf(firstBlocks, CAPACITY_FIRST);
            blockCounts = Arrays.copyOf(blockCounts, CAPACITY_FIRST);
            layerKeys = Arrays.copyOf(layerKeys, CAPACITY_FIRST);
            flags = Arrays.copyOf(flags, CAPACITY_FIRST);
        }
    }
}
