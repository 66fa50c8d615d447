package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.journal.TreeRecord.LayerHydrated;
import io.stemma.engine.journal.TreeRecord.ParentCut;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes heads hold all that they see, so that they need nothing below. What is wanted stands in the
 * registry until it is done; what is copied already is seen in the maps. Steps on the merger's
 * lane, with the turn of the tree.
 */
final class Flattening {
    /** Before the identity of a volume that is to be flattened. */
    private static final String REGISTRY_PREFIX = "engine/flatten/";

    private static final int BLOCK = Limits.LAYER_BLOCK_BYTES;

    private final Pool pool;
    private final Registry registry;
    private final ConcurrentLinkedDeque<FileVolume> wanted = new ConcurrentLinkedDeque<>();

    /** Volumes in a row for which nothing could be done; once all were, it waits to be woken. */
    private int passedOver;

    private final Operation locker = new Operation();
    private @Nullable Layer looking;
    private volatile long looked;
    private final AtomicLong copiedBytes = new AtomicLong();

    Flattening(Pool pool, Registry registry) {
        this.pool = pool;
        this.registry = registry;
    }

    /** Takes up again what a run before did not end. */
    void recovered(Collection<FileVolume> volumes) {
        for (FileVolume volume : volumes) {
            if (registry.get(key(volume)).isPresent()) {
                wanted.add(volume);
            }
        }
    }

    void add(FileVolume volume) throws DeviceException {
        if (volume.layer().below() != null && !wanted.contains(volume)) {
            registry.put(key(volume), new byte[0]);
            wanted.add(volume);
        }
    }

    private static String key(FileVolume volume) {
        return REGISTRY_PREFIX + volume.description().id();
    }

    List<PointsInTime.Merge> list(boolean going) {
        List<PointsInTime.Merge> all = new ArrayList<>();
        boolean first = true;
        for (FileVolume volume : wanted) {
            long total = volume.layer().presence().blockCount();
            String what = "volume " + volume.name() + " flattened";
            all.add(
                    new PointsInTime.Merge(
                            what,
                            first ? looked : 0,
                            total,
                            first ? copiedBytes.get() : 0,
                            first && going));
            first = false;
        }
        return all;
    }

    /** One step; whether there may be another now. */
    boolean step() throws IOException {
        FileVolume volume = wanted.peek();
        if (volume == null) {
            return false;
        }
        boolean gone = volume.admission().has(Admission.DELETED);
        Layer head = volume.layer();
        if (gone || head.below() == null) {
            end(volume);
            return true;
        }
        if (!volume.admission().serves() || volume.layers().cutting()) {
            wanted.remove(volume);
            wanted.add(volume);
            boolean others = ++passedOver < wanted.size();
            passedOver = others ? passedOver : 0;
            return others;
        }
        passedOver = 0;
        return step(volume, head);
    }

    private boolean step(FileVolume volume, Layer head) throws IOException {
        if (head != looking) {
            // A snapshot or a revert gave it a head of which nothing was looked at.
            looking = head;
            looked = 0;
        }
        long end = head.presence().blockCount();
        if (looked >= end) {
            // Who saw a block absent before it was copied is still to look below for it.
            pool.layers().drainReaders();
            Invariant.check(!showsThrough(head), "a parent is let go when nothing of it shows");
            pool.journal().commit(new ParentCut(head.key()));
            head.below(null);
            end(volume);
            pool.layers().dropGone();
            return true;
        }
        long last = Math.min(looked + Limits.MERGE_LOOK_BLOCKS_MAX, end);
        volume.punches().keep(looked, last - looked);
        try {
            List<long[]> copied = new ArrayList<>();
            long until = copy(volume, head, last, copied);
            if (until == looked) {
                return true;
            }
            if (!copied.isEmpty()) {
                volume.unsynced().add(BLOCK);
            }
            ControlFlush.run(volume);
            pool.journal().commit(new LayerHydrated(head.key(), looked, until - looked));
            for (long[] run : copied) {
                head.presence().setWhere(run[0], run[1], BlockState.ABSENT, BlockState.DATA);
            }
            looked = until;
            return true;
        } finally {
            volume.punches().keep(0, 0);
        }
    }

    private static boolean showsThrough(Layer head) {
        long end = head.presence().blockCount();
        for (long block = 0; block < end; ) {
            BlockState state = head.presence().get(block);
            long run = Math.max(1, head.presence().run(block, end - block, state));
            if (state == BlockState.ABSENT) {
                Layer.Stored stored = head.stored(block, run);
                if (stored.data()) {
                    return true;
                }
                run = stored.blockCount();
            }
            block += run;
        }
        return false;
    }

    private void end(FileVolume volume) throws DeviceException {
        registry.remove(key(volume));
        wanted.remove(volume);
        looked = 0;
        copiedBytes.set(0);
    }

    /** Copies from below what the head does not hold; the block up to which that is done. */
    private long copy(FileVolume volume, Layer head, long last, List<long[]> copied)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(Limits.MERGE_PIECE_BLOCKS * BLOCK, BLOCK).address();
            int budget = Limits.MERGE_BLOCKS_MAX;
            long block = looked;
            while (block < last && budget > 0) {
                BlockState state = head.presence().get(block);
                long run = Math.max(1, head.presence().run(block, last - block, state));
                if (state != BlockState.ABSENT) {
                    block += run;
                    continue;
                }
                Layer.Stored below = head.stored(block, run);
                long piece = below.blockCount();
                if (below.data()) {
                    piece = Math.min(piece, Math.min(budget, Limits.MERGE_PIECE_BLOCKS));
                    if (!piece(volume, head, block, (int) piece, memory, copied)) {
                        return block;
                    }
                    budget -= (int) piece;
                }
                block += piece;
            }
            return block;
        }
    }

    private boolean piece(
            FileVolume volume, Layer head, long first, int count, long memory, List<long[]> copied)
            throws IOException {
        if (!volume.tryLockBlocks(locker, first, count)) {
            return false;
        }
        try {
            long end = first + count;
            for (long block = first; block < end; ) {
                BlockState state = head.presence().get(block);
                int run = (int) Math.max(1, head.presence().run(block, end - block, state));
                if (state == BlockState.ABSENT) {
                    head.read(block * BLOCK, memory, run * BLOCK);
                    head.write(block * BLOCK, memory, run * BLOCK, false);
                    copied.add(new long[] {block, run});
                    copiedBytes.addAndGet((long) run * BLOCK);
                }
                block += run;
            }
            return true;
        } finally {
            volume.unlockBlocks(locker);
        }
    }
}
