package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.journal.StructuralRecord.AtomicDone;
import io.stemma.engine.journal.StructuralRecord.AtomicIntent;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What makes a write atomic: its bytes are durable in the journal before the first of them goes in
 * place, and stay on record until all of them are durable in place. Whoever finds an intent open
 * after a crash writes all of it again. Nobody may change the blocks while their intent is open, or
 * that would undo his change. Blocking; never from a completion.
 */
public final class Intents {
    /** Fields of a record beside its bytes. */
    private static final int RECORD_BYTES = 64;

    private final Journal journal;
    private final Appender appender;
    private final PoolImage image;
    private final Set<Mutation> mutations;
    private final AtomicLong next;

    Intents(Journal journal, Appender appender, PoolImage image, Set<Mutation> mutations) {
        this.journal = journal;
        this.appender = appender;
        this.image = image;
        this.mutations = mutations;
        next = new AtomicLong(image.intents().numberNext());
    }

    /** An atomic write that was under way when its run ended. */
    public static final class Intent {
        private final long number;
        private final long offset;
        private final byte[] bytes;

        Intent(long number, long offset, byte[] bytes) {
            this.number = number;
            this.offset = offset;
            this.bytes = bytes;
        }

        /** What {@link Intents#close} has to be given. */
        public long number() {
            return number;
        }

        /** Where its bytes belong in the volume. */
        public long offset() {
            return offset;
        }

        /** How many bytes. */
        public int length() {
            return bytes.length;
        }

        /** Puts its bytes into memory of their length. */
        public void copyTo(MemorySegment memory) {
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        }
    }

    /**
     * Records what is about to be written; it is durable on return.
     *
     * @param offset where in the volume, in bytes
     * @param payload the bytes, at most {@code Limits.ATOMIC_WRITE_BYTES_MAX}
     * @return the number of the intent
     * @throws DeviceException if it could not be recorded; then it never counts, unless the journal
     *     is OFFLINE, where the next start may find it whole
     */
    public long open(int volumeKey, long offset, MemorySegment payload) throws DeviceException {
        int length = (int) payload.byteSize();
        Invariant.check(
                length > 0 && length <= Limits.ATOMIC_WRITE_BYTES_MAX,
                "an atomic write is no larger than an intent");
        long number = next.getAndIncrement();
        if (mutations.contains(Mutation.NO_INTENT)) {
            return number;
        }
        int pieceMax = appender.commitBytesMax() - RECORD_BYTES;
        List<Commit> pieces = new ArrayList<>();
        for (int at = 0; at < length; at += pieceMax) {
            byte[] piece = new byte[Math.min(pieceMax, length - at)];
            MemorySegment.copy(payload, ValueLayout.JAVA_BYTE, at, piece, 0, piece.length);
            pieces.add(
                    new Commit(
                            piece.length + RECORD_BYTES,
                            new AtomicIntent(volumeKey, number, offset, length, at, piece)));
        }
        journal.submitAll(pieces);
        try {
            awaitAll(pieces);
        } catch (DeviceException failed) {
            forget(number);
            throw failed;
        }
        return number;
    }

    /** Waits for all, so that none is under way when the first failure is told. */
    private static void awaitAll(List<Commit> commits) throws DeviceException {
        DeviceException first = null;
        for (Commit commit : commits) {
            try {
                commit.await();
            } catch (DeviceException failed) {
                first = first == null ? failed : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Not whole in the journal, so it need not be closed there. */
    private void forget(long number) {
        appender.lock().lock();
        try {
            image.intents().close(number);
        } finally {
            journal.unlock(appender.lock());
        }
    }

    /**
     * Records that the bytes of an intent are durable in place, or that it was given up and what
     * was there before is. Durable on return.
     *
     * @param layerKey the layer that they are in
     * @param firstBlock first block that becomes data with that, durably, in blocks of {@code
     *     Limits.LAYER_BLOCK_BYTES}
     * @param blockCount blocks that become data, 0 for none
     */
    public void close(int volumeKey, int layerKey, long number, long firstBlock, long blockCount)
            throws DeviceException {
        // Without blocks it does not matter which layer, and older programs can read it.
        int named = blockCount == 0 ? 0 : layerKey;
        Commit done =
                new Commit(
                        RECORD_BYTES,
                        new AtomicDone(volumeKey, named, number, firstBlock, blockCount));
        journal.submitAll(List.of(done));
        done.await();
    }

    /** The intents of a volume that are open, oldest first. */
    public List<Intent> of(int volumeKey) {
        appender.lock().lock();
        try {
            return image.intents().of(volumeKey);
        } finally {
            journal.unlock(appender.lock());
        }
    }
}
