package io.stemma.engine.journal;

import io.stemma.engine.io.MountIdentity;
import io.stemma.engine.journal.StructuralRecord.AtomicIntent;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;

/**
 * Writes everything the pool is into the journal: each volume as of its last barrier, then its
 * records that no barrier covers, as what they are: pending. Under the journal's lock.
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
    private static final int REASON_CHARS_MAX = 500;

    private final PoolImage image;
    private final Sink sink;
    private final Set<Mutation> mutations;
    private final int runsMax;

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
        for (VolumeChain volume : image.volumes()) {
            volume(volume);
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

    private void volume(VolumeChain volume) throws IOException {
        out = sink.room(VOLUME_BYTES_MAX);
        int start = RecordFrame.begin(RecordType.CHECKPOINT_VOLUME, out);
        StructuralCodec.volume(volume.description(), out);
        out.putLong(volume.last).putLong(volume.barriered());
        String reason = volume.offlineReason() == null ? "" : volume.offlineReason();
        StructuralCodec.text(reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX)), out);
        end(start);
        runs(volume);
        pending(volume);
    }

    private void runs(VolumeChain volume) throws IOException {
        int key = volume.description().volumeKey();
        PresenceMap map =
                mutations.contains(Mutation.PENDING_STATE_IN_CHECKPOINT)
                        ? volume.current()
                        : volume.shadow();
        runs = 0;
        long end = map.blockCount();
        for (long block = 0; block < end; ) {
            BlockState state = map.get(block);
            long length = map.run(block, end - block);
            if (state != BlockState.ABSENT) {
                run(key, block, length, state);
            }
            block += length;
        }
        closeRuns();
    }

    private void run(int key, long first, long count, BlockState state) throws IOException {
        if (runs == 0) {
            out = sink.room(2 * RUN_BYTES + runsMax * RUN_BYTES);
            runsStart = RecordFrame.begin(RecordType.CHECKPOINT_RUNS, out);
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
