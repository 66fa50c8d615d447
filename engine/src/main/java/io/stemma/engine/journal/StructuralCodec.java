package io.stemma.engine.journal;

import io.stemma.engine.io.MountIdentity;
import io.stemma.engine.journal.StructuralRecord.AtomicDone;
import io.stemma.engine.journal.StructuralRecord.AtomicIntent;
import io.stemma.engine.journal.StructuralRecord.CleanEnd;
import io.stemma.engine.journal.StructuralRecord.PoolCreated;
import io.stemma.engine.journal.StructuralRecord.RegistryPut;
import io.stemma.engine.journal.StructuralRecord.RegistryRemoved;
import io.stemma.engine.journal.StructuralRecord.RunStarted;
import io.stemma.engine.journal.StructuralRecord.Verdict;
import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.journal.StructuralRecord.VolumeDeleted;
import io.stemma.engine.journal.StructuralRecord.VolumeOffline;
import io.stemma.engine.journal.StructuralRecord.VolumeRecovered;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.journal.StructuralRecord.VolumeResized;
import io.stemma.engine.journal.StructuralRecord.VolumeWriteCache;
import io.stemma.engine.runtime.Invariant;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Structural records as bytes: fields in the order of the record, text as length and UTF-8. */
final class StructuralCodec {
    private StructuralCodec() {}

    /** Appends a whole record, head included. */
    static void encode(StructuralRecord record, ByteBuffer out) {
        int start = RecordFrame.begin(type(record), out);
        switch (record) {
            case PoolCreated created -> out.putLong(created.createdWallMillis());
            case VolumeCreated created -> volume(created, out);
            case VolumeResized resized ->
                    out.putInt(resized.volumeKey()).putLong(resized.blockCount());
            case VolumeRenamed renamed -> text(renamed.name(), out.putInt(renamed.volumeKey()));
            case VolumeWriteCache cache ->
                    out.putInt(cache.volumeKey()).put((byte) (cache.enabled() ? 1 : 0));
            case VolumeDeleted deleted -> out.putInt(deleted.volumeKey());
            case VolumeOffline offline -> text(offline.reason(), out.putInt(offline.volumeKey()));
            case VolumeRecovered recovered -> out.putInt(recovered.volumeKey());
            case RegistryPut put -> {
                text(put.key(), out);
                out.putInt(put.value().length).put(put.value());
            }
            case RegistryRemoved removed -> text(removed.key(), out);
            case RunStarted run -> run(run, out);
            case AtomicIntent intent -> intent(intent, out);
            case AtomicDone done -> done(done, out);
            case TreeRecord tree -> TreeCodec.encode(tree, out);
            case CleanEnd end -> {}
        }
        RecordFrame.end(start, out);
    }

    static void intent(AtomicIntent intent, ByteBuffer out) {
        out.putInt(intent.volumeKey()).putLong(intent.intent()).putLong(intent.offset());
        out.putInt(intent.length()).putInt(intent.at()).putInt(intent.pieceLength());
        intent.putInto(out);
    }

    static AtomicIntent intent(ByteBuffer in) {
        return new AtomicIntent(
                in.getInt(),
                in.getLong(),
                in.getLong(),
                in.getInt(),
                in.getInt(),
                bytes(in, in.getInt()));
    }

    private static void done(AtomicDone done, ByteBuffer out) {
        out.putInt(done.volumeKey());
        if (done.layerKey() != 0) {
            out.putInt(done.layerKey());
        }
        out.putLong(done.intent()).putLong(done.firstBlock()).putLong(done.blockCount());
    }

    private static RecordType type(StructuralRecord record) {
        return switch (record) {
            case PoolCreated r -> RecordType.POOL_CREATED;
            case VolumeCreated r -> RecordType.VOLUME_CREATED;
            case VolumeResized r -> RecordType.VOLUME_RESIZED;
            case VolumeRenamed r -> RecordType.VOLUME_RENAMED;
            case VolumeWriteCache r -> RecordType.VOLUME_WRITE_CACHE;
            case VolumeDeleted r -> RecordType.VOLUME_DELETED;
            case VolumeOffline r -> RecordType.VOLUME_OFFLINE;
            case VolumeRecovered r -> RecordType.VOLUME_RECOVERED;
            case RegistryPut r -> RecordType.REGISTRY_PUT;
            case RegistryRemoved r -> RecordType.REGISTRY_REMOVED;
            case RunStarted r -> RecordType.RUN_STARTED;
            case AtomicIntent r -> RecordType.ATOMIC_INTENT;
            case AtomicDone r ->
                    r.layerKey() == 0 ? RecordType.ATOMIC_DONE : RecordType.ATOMIC_DONE_IN;
            case TreeRecord r -> TreeCodec.type(r);
            case CleanEnd r -> RecordType.CLEAN_END;
        };
    }

    /** Reads the fields of a record whose head was read. */
    static StructuralRecord decode(RecordType type, ByteBuffer in) {
        return switch (type) {
            case POOL_CREATED -> new PoolCreated(in.getLong());
            case VOLUME_CREATED -> volume(in);
            case VOLUME_RESIZED -> new VolumeResized(in.getInt(), in.getLong());
            case VOLUME_RENAMED -> new VolumeRenamed(in.getInt(), text(in));
            case VOLUME_WRITE_CACHE -> new VolumeWriteCache(in.getInt(), in.get() != 0);
            case VOLUME_DELETED -> new VolumeDeleted(in.getInt());
            case VOLUME_OFFLINE -> new VolumeOffline(in.getInt(), text(in));
            case VOLUME_RECOVERED -> new VolumeRecovered(in.getInt());
            case REGISTRY_PUT -> new RegistryPut(text(in), bytes(in, in.getInt()));
            case REGISTRY_REMOVED -> new RegistryRemoved(text(in));
            case RUN_STARTED -> run(in);
            case ATOMIC_INTENT -> intent(in);
            case ATOMIC_DONE ->
                    new AtomicDone(in.getInt(), 0, in.getLong(), in.getLong(), in.getLong());
            case ATOMIC_DONE_IN ->
                    new AtomicDone(
                            in.getInt(), in.getInt(), in.getLong(), in.getLong(), in.getLong());
            case CLEAN_END -> new CleanEnd();
            default -> TreeCodec.decode(type, in);
        };
    }

    static void volume(VolumeCreated volume, ByteBuffer out) {
        out.putInt(volume.volumeKey()).putInt(volume.layerKey());
        out.putLong(volume.id().getMostSignificantBits());
        out.putLong(volume.id().getLeastSignificantBits());
        text(volume.name(), out);
        out.putLong(volume.blockCount());
        out.putInt(volume.logicalBlockBytes()).putInt(volume.physicalBlockBytes());
        out.put((byte) (volume.writeCache() ? 1 : 0)).putLong(volume.naa());
        text(volume.serial(), out);
        out.putLong(volume.createdWallMillis());
    }

    static VolumeCreated volume(ByteBuffer in) {
        return new VolumeCreated(
                in.getInt(),
                in.getInt(),
                new UUID(in.getLong(), in.getLong()),
                text(in),
                in.getLong(),
                in.getInt(),
                in.getInt(),
                in.get() != 0,
                in.getLong(),
                text(in),
                in.getLong());
    }

    private static void run(RunStarted run, ByteBuffer out) {
        identity(run.identity(), out);
        out.put((byte) (run.cacheSurvived() ? 1 : 0)).putInt(run.verdicts().size());
        for (Verdict verdict : run.verdicts()) {
            out.putInt(verdict.volumeKey()).putLong(verdict.accepted()).putLong(verdict.last());
        }
    }

    private static RunStarted run(ByteBuffer in) {
        MountIdentity identity = identity(in);
        boolean cacheSurvived = in.get() != 0;
        int count = in.getInt();
        List<Verdict> verdicts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            verdicts.add(new Verdict(in.getInt(), in.getLong(), in.getLong()));
        }
        return new RunStarted(identity, cacheSurvived, List.copyOf(verdicts));
    }

    static void identity(MountIdentity identity, ByteBuffer out) {
        text(identity.bootId(), out);
        out.putLong(identity.deviceId())
                .putLong(identity.fileSystemId())
                .putLong(identity.mountId());
    }

    static MountIdentity identity(ByteBuffer in) {
        return new MountIdentity(text(in), in.getLong(), in.getLong(), in.getLong());
    }

    static void text(String text, ByteBuffer out) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Invariant.check(bytes.length <= 0xffff, "a text in the journal is below 64 KiB");
        out.putShort((short) bytes.length).put(bytes);
    }

    static String text(ByteBuffer in) {
        return new String(bytes(in, in.getShort() & 0xffff), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
