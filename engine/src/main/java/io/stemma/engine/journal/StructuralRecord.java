package io.stemma.engine.journal;

import io.stemma.engine.io.MountIdentity;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * A change of what the pool consists of. It counts as soon as it is valid on disk, and is durable
 * before the call that made it answers and before anything that cannot be undone. Volume and layer
 * keys are numbers that a pool never uses again.
 */
public sealed interface StructuralRecord
        permits StructuralRecord.PoolCreated,
                StructuralRecord.VolumeCreated,
                StructuralRecord.VolumeResized,
                StructuralRecord.VolumeRenamed,
                StructuralRecord.VolumeWriteCache,
                StructuralRecord.VolumeDeleted,
                StructuralRecord.VolumeOffline,
                StructuralRecord.VolumeRecovered,
                StructuralRecord.RegistryPut,
                StructuralRecord.RegistryRemoved,
                StructuralRecord.AtomicIntent,
                StructuralRecord.AtomicDone,
                StructuralRecord.RunStarted,
                StructuralRecord.CleanEnd,
                TreeRecord {
    /** The pool exists from here on. */
    record PoolCreated(long createdWallMillis) implements StructuralRecord {}

    /**
     * A volume exists, all of its blocks absent.
     *
     * @param volumeKey from {@link Journal#nextVolumeKey}
     * @param layerKey the head, from {@link Journal#nextLayerKey}; its file exists and is durable
     * @param id identity for ever
     * @param name name now
     * @param blockCount logical blocks
     * @param logicalBlockBytes 512 or 4096
     * @param physicalBlockBytes as reported to hosts
     * @param writeCache whether writes are acknowledged before they are durable
     * @param naa locally assigned NAA designator
     * @param serial unit serial number
     * @param createdWallMillis when it was created
     */
    record VolumeCreated(
            int volumeKey,
            int layerKey,
            UUID id,
            String name,
            long blockCount,
            int logicalBlockBytes,
            int physicalBlockBytes,
            boolean writeCache,
            long naa,
            String serial,
            long createdWallMillis)
            implements StructuralRecord {
        /** The same volume with what may change over its life. */
        VolumeCreated with(String newName, long newBlockCount, boolean newWriteCache) {
            return new VolumeCreated(
                    volumeKey,
                    layerKey,
                    id,
                    newName,
                    newBlockCount,
                    logicalBlockBytes,
                    physicalBlockBytes,
                    newWriteCache,
                    naa,
                    serial,
                    createdWallMillis);
        }

        /** The same volume with another head. */
        VolumeCreated over(int newLayerKey) {
            return new VolumeCreated(
                    volumeKey,
                    newLayerKey,
                    id,
                    name,
                    blockCount,
                    logicalBlockBytes,
                    physicalBlockBytes,
                    writeCache,
                    naa,
                    serial,
                    createdWallMillis);
        }
    }

    /** The size is now so many logical blocks; what a smaller size cut off is forgotten at once. */
    record VolumeResized(int volumeKey, long blockCount) implements StructuralRecord {}

    /** The name changed. */
    record VolumeRenamed(int volumeKey, String name) implements StructuralRecord {}

    /** The write cache setting changed. */
    record VolumeWriteCache(int volumeKey, boolean enabled) implements StructuralRecord {}

    /** The volume exists no more, nor do the layers that only it needed; their files may go. */
    record VolumeDeleted(int volumeKey) implements StructuralRecord {}

    /** The volume lost data and stays offline over restarts. */
    record VolumeOffline(int volumeKey, String reason) implements StructuralRecord {}

    /** An operator accepted what the rule of lost power leaves; what no barrier covered is void. */
    record VolumeRecovered(int volumeKey) implements StructuralRecord {}

    /** A registry entry has this value. */
    final class RegistryPut implements StructuralRecord {
        private final String key;
        private final byte[] value;

        /** The value is copied. */
        public RegistryPut(String key, byte[] value) {
            this.key = key;
            this.value = value.clone();
        }

        /** The key. */
        public String key() {
            return key;
        }

        /** A copy of the value. */
        public byte[] value() {
            return value.clone();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof RegistryPut put
                    && key.equals(put.key)
                    && Arrays.equals(value, put.value);
        }

        @Override
        public int hashCode() {
            return 31 * key.hashCode() + Arrays.hashCode(value);
        }
    }

    /** A registry entry is gone. */
    record RegistryRemoved(String key) implements StructuralRecord {}

    /**
     * Bytes of an atomic write that is about to go in place: all of them or, where they do not fit
     * into one group, a piece. Only an intent of which every piece is there counts, and only until
     * it is closed.
     */
    final class AtomicIntent implements StructuralRecord {
        private final int volumeKey;
        private final long intent;
        private final long offset;
        private final int length;
        private final int at;
        private final byte[] bytes;

        /**
         * A piece of an intent.
         *
         * @param volumeKey the volume
         * @param intent number of the intent, used by no other that is open
         * @param offset where all of its bytes belong in the volume
         * @param length all of its bytes, at most {@code Limits.ATOMIC_WRITE_BYTES_MAX}
         * @param at where the piece begins among them
         * @param bytes the piece; kept, not copied
         */
        AtomicIntent(int volumeKey, long intent, long offset, int length, int at, byte[] bytes) {
            this.volumeKey = volumeKey;
            this.intent = intent;
            this.offset = offset;
            this.length = length;
            this.at = at;
            this.bytes = bytes;
        }

        int volumeKey() {
            return volumeKey;
        }

        long intent() {
            return intent;
        }

        long offset() {
            return offset;
        }

        int length() {
            return length;
        }

        int at() {
            return at;
        }

        int pieceLength() {
            return bytes.length;
        }

        void putInto(byte[] all) {
            System.arraycopy(bytes, 0, all, at, bytes.length);
        }

        void putInto(ByteBuffer out) {
            out.put(bytes);
        }
    }

    /**
     * The bytes of an intent are durable in place, or it was given up and what was there before is.
     * In the same instant blocks become data, flagged durable, where a count is given.
     *
     * @param volumeKey the volume
     * @param layerKey the layer whose blocks become data; 0 for the head that the volume has when
     *     this is read
     * @param intent the intent that is closed
     * @param firstBlock first block that becomes data, in blocks of {@code
     *     Limits.LAYER_BLOCK_BYTES}
     * @param blockCount blocks that become data, 0 for none
     */
    record AtomicDone(int volumeKey, int layerKey, long intent, long firstBlock, long blockCount)
            implements StructuralRecord {}

    /**
     * A process took the pool over and judged the records before this one, once and for ever.
     *
     * @param identity where the pool was mounted
     * @param cacheSurvived whether the page cache of the run before was still there; if so accepted
     *     records stay pending until a barrier, otherwise they count
     * @param verdicts one for each volume
     */
    record RunStarted(MountIdentity identity, boolean cacheSurvived, List<Verdict> verdicts)
            implements StructuralRecord {}

    /**
     * What a run accepted of a volume's earlier records.
     *
     * @param volumeKey the volume
     * @param accepted records up to this number count, later ones only if flagged durable
     * @param last the number after which this run continues
     */
    record Verdict(int volumeKey, long accepted, long last) {}

    /** The run ended in order, everything barriered. */
    record CleanEnd() implements StructuralRecord {}
}
