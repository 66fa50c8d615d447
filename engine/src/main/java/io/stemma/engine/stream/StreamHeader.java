package io.stemma.engine.stream;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.Limits;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.VolumeId;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What a stream says about itself at its start; docs/stream-format.md has the layout.
 *
 * @param geometry shape of the snapshot
 * @param volume identity of the volume that it was exported from
 * @param volumeName its name then
 * @param snapshot identity of the snapshot, the same in every pool that it was brought to
 * @param snapshotName its name, without that of the volume
 * @param createdWallMillis when it was taken
 * @param base identity of the snapshot that the stream tells the difference to; null: the stream is
 *     full
 * @param baseName its name with that of its volume; empty if there is none
 */
public record StreamHeader(
        Geometry geometry,
        VolumeId volume,
        String volumeName,
        VolumeId snapshot,
        String snapshotName,
        long createdWallMillis,
        @Nullable VolumeId base,
        String baseName) {
    /** Begins every stream; its line ends tell where one was carried as if it were text. */
    static final long MAGIC = 0x8953_544D_410D_0A1AL;

    static final int VERSION = 1;

    /** Magic, version and length, which say how much more there is. */
    static final int START_BYTES = 16;

    /** With three names of the greatest length it is far below. */
    static final int BYTES_MAX = 4096;

    private static final int FIXED_BYTES = 112;
    private static final int NAME_BYTES_MAX = 2 * Limits.VOLUME_NAME_CHARS_MAX + 1;
    private static final int PHYSICAL_BYTES_MAX = 1 << 20;
    private static final UUID NOBODY = new UUID(0, 0);

    /** Whether it needs no base. */
    public boolean isFull() {
        return base == null;
    }

    /** {@code volume@snapshot}, as it was called where it comes from. */
    public String fullName() {
        return volumeName + Snapshot.SEPARATOR + snapshotName;
    }

    ByteBuffer encode() {
        byte[][] names = {bytes(volumeName), bytes(snapshotName), bytes(baseName)};
        int length = FIXED_BYTES + 4;
        for (byte[] name : names) {
            length += 2 + name.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        out.putLong(MAGIC).putInt(VERSION).putInt(length);
        out.putInt(0); // the payload is not compressed
        out.putInt(geometry.logicalBlockBytes()).putInt(geometry.physicalBlockBytes()).putInt(0);
        out.putLong(geometry.blockCount()).putLong(createdWallMillis);
        put(out, volume.uuid());
        put(out, snapshot.uuid());
        VolumeId under = base;
        put(out, under == null ? NOBODY : under.uuid());
        out.putLong(0).putLong(0);
        for (byte[] name : names) {
            out.putShort((short) name.length).put(name);
        }
        out.putInt(checksum(out.array(), out.position()));
        return out.flip();
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    private static void put(ByteBuffer out, UUID id) {
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /**
     * Judges the first {@link #START_BYTES}.
     *
     * @return the length of all of it
     */
    static int length(ByteBuffer start) throws StreamException {
        if (start.getLong(0) != MAGIC) {
            throw new StreamException(
                    "this is no stream of a snapshot: it begins with something else; name what"
                            + " stemma snapshot export wrote");
        }
        int version = start.getInt(8);
        if (version != VERSION) {
            throw new StreamException(
                    "the stream has format version "
                            + Integer.toUnsignedString(version)
                            + ", and this server reads version "
                            + VERSION
                            + ": it is damaged, or a newer server wrote it");
        }
        int length = start.getInt(12);
        if (length < FIXED_BYTES + 10 || length > BYTES_MAX) {
            throw damaged("its length");
        }
        return length;
    }

    private static StreamException damaged(String what) {
        return new StreamException(
                "the header of the stream is damaged (" + what + "): fetch or export it again");
    }

    /** Reads all of it, of that length. */
    static StreamHeader decode(byte[] bytes) throws StreamException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int end = bytes.length - 4;
        if (in.getInt(end) != checksum(bytes, end)) {
            throw damaged("its checksum");
        }
        in.position(START_BYTES);
        if (in.getInt() != 0) {
            throw new StreamException(
                    "the stream is compressed in a way that this server does not know: a newer"
                            + " server wrote it");
        }
        int logical = in.getInt();
        int physical = in.getInt();
        in.getInt();
        Geometry geometry = geometry(logical, physical, in.getLong());
        long created = in.getLong();
        UUID volume = uuid(in);
        UUID snapshot = uuid(in);
        UUID base = uuid(in);
        in.position(FIXED_BYTES);
        String volumeName = name(in, end);
        String snapshotName = name(in, end);
        String baseName = name(in, end);
        if (in.position() != end || volumeName.isEmpty() || snapshotName.isEmpty()) {
            throw damaged("its names");
        }
        return new StreamHeader(
                geometry,
                new VolumeId(volume),
                volumeName,
                new VolumeId(snapshot),
                snapshotName,
                created,
                base.equals(NOBODY) ? null : new VolumeId(base),
                baseName);
    }

    /** The record checks for our own mistakes only; this is somebody else's word. */
    private static Geometry geometry(int logical, int physical, long blocks)
            throws StreamException {
        boolean sound =
                (logical == 512 || logical == Limits.LAYER_BLOCK_BYTES)
                        && physical >= logical
                        && physical <= PHYSICAL_BYTES_MAX
                        && Integer.bitCount(physical) == 1
                        && blocks > 0
                        && blocks <= Limits.LAYER_BLOCKS_MAX * (Limits.LAYER_BLOCK_BYTES / logical);
        if (!sound) {
            throw damaged("the shape of the volume");
        }
        return new Geometry(blocks, logical, physical);
    }

    private static UUID uuid(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    private static String name(ByteBuffer in, int end) throws StreamException {
        int length = end - in.position() < 2 ? -1 : in.getShort();
        if (length < 0 || length > NAME_BYTES_MAX || length > end - in.position()) {
            throw damaged("the length of a name");
        }
        byte[] name = new byte[length];
        in.get(name);
        for (byte one : name) {
            if (one <= ' ' || one > '~') {
                throw damaged("a name");
            }
        }
        return new String(name, StandardCharsets.US_ASCII);
    }
}
