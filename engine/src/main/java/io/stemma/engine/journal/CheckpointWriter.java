package io.stemma.engine.journal;

import io.stemma.engine.io.MountIdentity;
import io.stemma.engine.journal.StructuralRecord.AtomicIntent;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Writes everything the pool is into the journal: layers as of the last barriers, each volume with
 * its records that no barrier covers, as what they are: pending; then what else there is. The head
 * of a volume that lies over nothing and that nobody else needs goes with the volume, as it did
 * before there were snapshots. Under the journal's lock.
 */
final class CheckpointWriter {
    /** Where the records go: groups are written when they are full. */
    interface Sink {
        /** The buffer with room for one record of that size. */
        ByteBuffer room(int bytes) throws IOException;

        /** One record was put there. */
        void counted();
    }

    private static final int RUN_BYTES = 16;
    private static final int INTENT_BYTES = 64;
    private static final int VOLUME_BYTES_MAX = 2048;
    private static final int LAYER_BYTES = 32;
    private static final int SNAPSHOT_BYTES_MAX = 1024;
    private static final int REASON_CHARS_MAX = 500;

    private final PoolImage image;
    private final Sink sink;
    private final Set<Mutation> mutations;
    private final int runsMax;

    /** Maps that are written instead of the shadows; empty unless that mistake is asked for. */
    private Map<Integer, PresenceMap> unsettled = Map.of();

    private int runs;
    private int runsStart;
    private ByteBuffer out = ByteBuffer.allocate(0);

    CheckpointWriter(PoolImage image, Sink sink, int recordBytesMax, Set<Mutation> mutations) {
        this.image = image;
        this.sink = sink;
        this.mutations = mutations;
        runsMax = (recordBytesMax - 2 * RUN_BYTES) / RUN_BYTES;
    }

    /** Writes all of it; {@code begin} is the number that its first record gets. */
    void write(long begin, MountIdentity identity) throws IOException {
        begin(identity);
        if (mutations.contains(Mutation.PENDING_STATE_IN_CHECKPOINT)) {
            unsettled = image.unsettled();
        }
        Set<Integer> lone = loneHeads();
        for (TreeLayer layer : image.tree().parentsFirst()) {
            if (!lone.contains(layer.key())) {
                layer(layer);
            }
        }
        for (VolumeChain volume : image.volumes()) {
            volume(volume, lone.contains(volume.head().key()));
        }
        for (SnapshotState snapshot : image.tree().snapshots()) {
            snapshot(snapshot);
        }
        for (Map.Entry<String, byte[]> entry : image.registry().entrySet()) {
            registry(entry.getKey(), entry.getValue());
        }
        intents();
        out = sink.room(RUN_BYTES);
        int start = RecordFrame.begin(RecordType.CHECKPOINT_END, out);
        out.putLong(begin);
        end(start);
    }

    private void begin(MountIdentity identity) throws IOException {
        out = sink.room(VOLUME_BYTES_MAX / 4);
        int start = RecordFrame.begin(RecordType.CHECKPOINT_BEGIN, out);
        out.putInt(image.volumeKeyNext()).putInt(image.layerKeyNext());
        out.putLong(image.structuralCount()).putLong(image.createdWallMillis());
        StructuralCodec.identity(identity, out);
        end(start);
    }

    private void end(int start) {
        RecordFrame.end(start, out);
        sink.counted();
    }

    private Set<Integer> loneHeads() {
        Set<Integer> lone = new HashSet<>();
        for (VolumeChain volume : image.volumes()) {
            TreeLayer head = volume.head();
            if (head.parentKey() == 0 && head.users() == 1) {
                lone.add(head.key());
            }
        }
        return lone;
    }

    private void layer(TreeLayer layer) throws IOException {
        out = sink.room(LAYER_BYTES);
        int start = RecordFrame.begin(RecordType.CHECKPOINT_LAYER, out);
        out.putInt(layer.key()).putInt(layer.parentKey());
        out.putLong(layer.visibleBlocks()).putLong(layer.blocks());
        end(start);
        runs(RecordType.CHECKPOINT_LAYER_RUNS, layer.key(), layer);
    }

    private void snapshot(SnapshotState snapshot) throws IOException {
        int bytes = SNAPSHOT_BYTES_MAX;
        for (String tag : snapshot.holds()) {
            bytes += 2 + 3 * tag.length();
        }
        out = sink.room(bytes);
        int start = RecordFrame.begin(RecordType.CHECKPOINT_SNAPSHOT, out);
        TreeCodec.snapshot(snapshot, out);
        end(start);
    }

    private void volume(VolumeChain volume, boolean withHead) throws IOException {
        out = sink.room(VOLUME_BYTES_MAX);
        int start = RecordFrame.begin(RecordType.CHECKPOINT_VOLUME, out);
        StructuralCodec.volume(volume.description(), out);
        out.putLong(volume.last).putLong(volume.barriered());
        String reason = volume.offlineReason() == null ? "" : volume.offlineReason();
        StructuralCodec.text(reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX)), out);
        end(start);
        if (withHead) {
            int key = volume.description().volumeKey();
            runs(RecordType.CHECKPOINT_RUNS, key, volume.head());
        }
        pending(volume);
    }

    private void runs(RecordType type, int key, TreeLayer layer) throws IOException {
        PresenceMap map = unsettled.getOrDefault(layer.key(), layer.shadow());
        runs = 0;
        long end = map.blockCount();
        for (long block = 0; block < end; ) {
            BlockState state = map.get(block);
            long length = map.run(block, end - block);
            if (state != BlockState.ABSENT) {
                run(type, key, block, length, state);
            }
            block += length;
        }
        closeRuns();
    }

    private void run(RecordType type, int key, long first, long count, BlockState state)
            throws IOException {
        if (runs == 0) {
            out = sink.room(2 * RUN_BYTES + runsMax * RUN_BYTES);
            runsStart = RecordFrame.begin(type, out);
            out.putInt(key).putInt(0);
        }
        out.putLong(first).putLong(count << 2 | state.bits());
        runs++;
        if (runs == runsMax) {
            closeRuns();
        }
    }

    private void closeRuns() {
        if (runs > 0) {
            out.putInt(runsStart + RecordFrame.HEAD_BYTES + 4, runs);
            end(runsStart);
            runs = 0;
        }
    }

    private void pending(VolumeChain volume) throws IOException {
        int key = volume.description().volumeKey();
        PendingPresence pending = volume.pending();
        for (int i = 0; i < pending.size(); i++) {
            out = sink.room(RecordFrame.PRESENCE_BYTES);
            pending.encode(i, RecordType.CHECKPOINT_PENDING, key, out);
            sink.counted();
        }
    }

    /** What arrived of each open intent, which may be less than all of it. */
    private void intents() throws IOException {
        if (mutations.contains(Mutation.INTENT_NOT_IN_CHECKPOINT)) {
            return;
        }
        int pieceMax = runsMax * RUN_BYTES - INTENT_BYTES;
        for (AtomicIntent piece : image.intents().pieces(pieceMax)) {
            out = sink.room(INTENT_BYTES + piece.pieceLength());
            int start = RecordFrame.begin(RecordType.CHECKPOINT_INTENT, out);
            StructuralCodec.intent(piece, out);
            end(start);
        }
    }

    private void registry(String key, byte[] value) throws IOException {
        out = sink.room(RUN_BYTES * 2 + key.length() * 3 + value.length);
        int start = RecordFrame.begin(RecordType.CHECKPOINT_REGISTRY, out);
        StructuralCodec.text(key, out);
        out.putInt(value.length).put(value);
        end(start);
    }
}
