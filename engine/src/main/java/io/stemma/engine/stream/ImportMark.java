package io.stemma.engine.stream;

import io.stemma.engine.volume.VolumeId;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * That a volume holds a half-done import, and how far it is for certain.
 *
 * @param snapshot identity that the stream gives the snapshot
 * @param snapshotName name that the snapshot will have
 * @param base snapshot of this pool that the volume was before; null: it was nothing
 * @param blockCount of the volume, when it is done
 * @param nextBlock all before is there and durable
 * @param records records of the stream up to there
 * @param whole whether the stream was read and found right to its end
 */
public record ImportMark(
        VolumeId snapshot,
        String snapshotName,
        @Nullable VolumeId base,
        long blockCount,
        long nextBlock,
        long records,
        boolean whole) {
    private static final byte VERSION = 1;
    private static final int FIXED_BYTES = 58;

    byte[] encode() {
        byte[] name = snapshotName.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + name.length);
        UUID under = base == null ? new UUID(0, 0) : base.uuid();
        out.put(VERSION).put((byte) (whole ? 1 : 0));
        put(out, snapshot.uuid());
        put(out, under);
        out.putLong(blockCount).putLong(nextBlock).putLong(records).put(name);
        return out.array();
    }

    private static void put(ByteBuffer out, UUID id) {
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    /** Reads what {@link #encode} wrote; null if another version did. */
    static @Nullable ImportMark decode(byte[] bytes) {
        if (bytes.length <= FIXED_BYTES || bytes[0] != VERSION) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        boolean whole = in.get() != 0;
        UUID snapshot = new UUID(in.getLong(), in.getLong());
        UUID base = new UUID(in.getLong(), in.getLong());
        boolean full = base.getMostSignificantBits() == 0 && base.getLeastSignificantBits() == 0;
        return new ImportMark(
                new VolumeId(snapshot),
                new String(bytes, FIXED_BYTES, bytes.length - FIXED_BYTES, StandardCharsets.UTF_8),
                full ? null : new VolumeId(base),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                whole);
    }

    /** As it is after more of it is done. */
    ImportMark at(long block, long record) {
        return new ImportMark(snapshot, snapshotName, base, blockCount, block, record, whole);
    }

    /** As it is when the stream was read to its end. */
    ImportMark atEnd() {
        return new ImportMark(snapshot, snapshotName, base, blockCount, blockCount, records, true);
    }

    /** Whether it is the same import as that of a stream. */
    boolean isOf(StreamHeader header) {
        return snapshot.equals(header.snapshot())
                && snapshotName.equals(header.snapshotName())
                && blockCount == header.geometry().blockCount()
                && (base == null) == header.isFull();
    }
}
