package io.stemma.engine.journal;

import io.stemma.engine.journal.TreeRecord.EdgeClosed;
import io.stemma.engine.journal.TreeRecord.HeadJoined;
import io.stemma.engine.journal.TreeRecord.HeadSplit;
import io.stemma.engine.journal.TreeRecord.LayerHydrated;
import io.stemma.engine.journal.TreeRecord.LayerMerged;
import io.stemma.engine.journal.TreeRecord.LayerTrimmed;
import io.stemma.engine.journal.TreeRecord.Member;
import io.stemma.engine.journal.TreeRecord.ParentCut;
import io.stemma.engine.journal.TreeRecord.SnapshotAdopted;
import io.stemma.engine.journal.TreeRecord.SnapshotDeleted;
import io.stemma.engine.journal.TreeRecord.SnapshotHeld;
import io.stemma.engine.journal.TreeRecord.SnapshotNamed;
import io.stemma.engine.journal.TreeRecord.SnapshotRenamed;
import io.stemma.engine.journal.TreeRecord.VolumeCloned;
import io.stemma.engine.journal.TreeRecord.VolumeReverted;
import io.stemma.engine.runtime.Limits;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Records of the tree of layers as bytes, in the manner of {@link StructuralCodec}. */
final class TreeCodec {
    private TreeCodec() {}

    static RecordType type(TreeRecord record) {
        return switch (record) {
            case HeadSplit r -> RecordType.HEAD_SPLIT;
            case HeadJoined r -> RecordType.HEAD_JOINED;
            case SnapshotNamed r -> RecordType.SNAPSHOT_NAMED;
            case SnapshotDeleted r -> RecordType.SNAPSHOT_DELETED;
            case SnapshotRenamed r -> RecordType.SNAPSHOT_RENAMED;
            case SnapshotHeld r -> RecordType.SNAPSHOT_HELD;
            case SnapshotAdopted r -> RecordType.SNAPSHOT_ADOPTED;
            case VolumeCloned r -> RecordType.VOLUME_CLONED;
            case VolumeReverted r -> RecordType.VOLUME_REVERTED;
            case LayerMerged r -> RecordType.LAYER_MERGED;
            case EdgeClosed r -> RecordType.EDGE_CLOSED;
            case LayerTrimmed r -> RecordType.LAYER_TRIMMED;
            case LayerHydrated r -> RecordType.LAYER_HYDRATED;
            case ParentCut r -> RecordType.PARENT_CUT;
        };
    }

    /** Appends the fields of a record. */
    static void encode(TreeRecord record, ByteBuffer out) {
        switch (record) {
            case HeadSplit split -> out.putInt(split.volumeKey()).putInt(split.layerKey());
            case HeadJoined joined -> out.putInt(joined.volumeKey());
            case SnapshotNamed named -> named(named, out);
            case SnapshotDeleted deleted -> out.putInt(deleted.snapshotKey());
            case SnapshotRenamed renamed ->
                    StructuralCodec.text(renamed.name(), out.putInt(renamed.snapshotKey()));
            case SnapshotHeld held -> {
                out.putInt(held.snapshotKey()).put(flag(held.held()));
                StructuralCodec.text(held.tag(), out);
            }
            case SnapshotAdopted adopted ->
                    out.putInt(adopted.snapshotKey()).putInt(adopted.volumeKey());
            case VolumeCloned cloned ->
                    StructuralCodec.volume(cloned.created(), out.putInt(cloned.snapshotKey()));
            case VolumeReverted reverted ->
                    out.putInt(reverted.volumeKey())
                            .putInt(reverted.layerKey())
                            .putInt(reverted.snapshotKey());
            case LayerMerged merged -> {
                out.putInt(merged.childKey()).put(flag(merged.intoChild()));
                out.putLong(merged.first()).putLong(merged.count());
            }
            case EdgeClosed closed -> out.putInt(closed.childKey()).put(flag(closed.intoChild()));
            case LayerTrimmed trimmed ->
                    range(trimmed.layerKey(), trimmed.first(), trimmed.count(), out);
            case LayerHydrated hydrated ->
                    range(hydrated.layerKey(), hydrated.first(), hydrated.count(), out);
            case ParentCut cut -> out.putInt(cut.layerKey());
        }
    }

    /** Reads the fields of a record whose head was read. */
    static TreeRecord decode(RecordType type, ByteBuffer in) {
        return switch (type) {
            case HEAD_SPLIT -> new HeadSplit(in.getInt(), in.getInt());
            case HEAD_JOINED -> new HeadJoined(in.getInt());
            case SNAPSHOT_NAMED -> named(in);
            case SNAPSHOT_DELETED -> new SnapshotDeleted(in.getInt());
            case SNAPSHOT_RENAMED -> new SnapshotRenamed(in.getInt(), StructuralCodec.text(in));
            case SNAPSHOT_HELD -> {
                int key = in.getInt();
                boolean held = flag(in);
                yield new SnapshotHeld(key, StructuralCodec.text(in), held);
            }
            case SNAPSHOT_ADOPTED -> new SnapshotAdopted(in.getInt(), in.getInt());
            case VOLUME_CLONED -> {
                int snapshotKey = in.getInt();
                yield new VolumeCloned(StructuralCodec.volume(in), snapshotKey);
            }
            case VOLUME_REVERTED -> new VolumeReverted(in.getInt(), in.getInt(), in.getInt());
            case LAYER_MERGED -> new LayerMerged(in.getInt(), flag(in), in.getLong(), in.getLong());
            case EDGE_CLOSED -> new EdgeClosed(in.getInt(), flag(in));
            case LAYER_TRIMMED -> new LayerTrimmed(in.getInt(), in.getLong(), in.getLong());
            case LAYER_HYDRATED -> new LayerHydrated(in.getInt(), in.getLong(), in.getLong());
            case PARENT_CUT -> new ParentCut(in.getInt());
            default -> throw new IllegalArgumentException("not structural: " + type);
        };
    }

    private static void named(SnapshotNamed named, ByteBuffer out) {
        uuid(named.setId(), out);
        StructuralCodec.text(named.name(), out);
        out.putLong(named.wallMillis()).putInt(named.members().size());
        for (Member member : named.members()) {
            out.putInt(member.volumeKey()).putInt(member.snapshotKey());
            uuid(member.id(), out);
            out.putInt(member.layerKey()).putLong(member.blockCount()).putLong(member.naa());
            StructuralCodec.text(member.serial(), out);
        }
    }

    private static SnapshotNamed named(ByteBuffer in) {
        UUID setId = uuid(in);
        String name = StructuralCodec.text(in);
        long wallMillis = in.getLong();
        int count = in.getInt();
        if (count < 1 || count > Limits.SNAPSHOT_SET_MAX) {
            throw new JournalDamage("a set of " + count + " snapshots");
        }
        List<Member> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(
                    new Member(
                            in.getInt(),
                            in.getInt(),
                            uuid(in),
                            in.getInt(),
                            in.getLong(),
                            in.getLong(),
                            StructuralCodec.text(in)));
        }
        return new SnapshotNamed(setId, name, wallMillis, members);
    }

    /** A snapshot as a checkpoint has it. */
    static void snapshot(SnapshotState snapshot, ByteBuffer out) {
        out.putInt(snapshot.key()).putInt(snapshot.volumeKey()).putInt(snapshot.layerKey());
        uuid(snapshot.id(), out);
        uuid(snapshot.setId(), out);
        StructuralCodec.text(snapshot.name(), out);
        uuid(snapshot.originId(), out);
        StructuralCodec.text(snapshot.originName(), out);
        out.putLong(snapshot.blockCount());
        out.putInt(snapshot.logicalBlockBytes()).putInt(snapshot.physicalBlockBytes());
        out.putLong(snapshot.naa());
        StructuralCodec.text(snapshot.serial(), out);
        out.putLong(snapshot.createdWallMillis()).putInt(snapshot.holds().size());
        for (String tag : snapshot.holds()) {
            StructuralCodec.text(tag, out);
        }
    }

    static SnapshotState snapshot(ByteBuffer in) {
        int key = in.getInt();
        int volumeKey = in.getInt();
        int layerKey = in.getInt();
        return new SnapshotState(
                key,
                volumeKey,
                layerKey,
                uuid(in),
                uuid(in),
                StructuralCodec.text(in),
                uuid(in),
                StructuralCodec.text(in),
                in.getLong(),
                in.getInt(),
                in.getInt(),
                in.getLong(),
                StructuralCodec.text(in),
                in.getLong(),
                holds(in));
    }

    private static List<String> holds(ByteBuffer in) {
        int count = in.getInt();
        if (count < 0 || count > Limits.SNAPSHOT_HOLDS_MAX) {
            throw new JournalDamage("a snapshot with " + count + " holds");
        }
        List<String> holds = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            holds.add(StructuralCodec.text(in));
        }
        return holds;
    }

    private static void range(int layerKey, long first, long count, ByteBuffer out) {
        out.putInt(layerKey).putLong(first).putLong(count);
    }

    private static void uuid(UUID id, ByteBuffer out) {
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    private static byte flag(boolean set) {
        return (byte) (set ? 1 : 0);
    }

    private static boolean flag(ByteBuffer in) {
        return in.get() != 0;
    }
}
