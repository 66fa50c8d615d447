package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.runtime.Limits;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The space of a pool's file system. It is looked at each tick; between two looks every write that
 * needs new blocks takes its bytes off what was seen, and the one that finds too little left looks
 * again before it is refused. So a burst cannot overrun the reserve by more than what is between
 * admission and the page cache at the moment of a look, for which the reserve is large enough.
 *
 * <p>While it refuses, it does so until the reserve is free again by a quarter more: hosts are not
 * to see a disk that takes every second write. Admission is for any thread and does not block.
 */
final class PoolSpace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PoolSpace.class);

    /** Part of the reserve that has to be free beyond it before writes are admitted again. */
    private static final int RESUME_PART = 4;

    /** The threshold is armed again when the file system is emptier by this part of itself. */
    private static final int REARM_PART = 100;

    private final Folder folder;
    private final Ballast ballast;
    private final SpaceSettings settings;
    private final BackendThreads threads;
    private final AtomicBoolean turning = new AtomicBoolean();
    private final Runnable turn = this::turn;
    private final boolean refuses;

    /** Bytes that new blocks may take until the next look. */
    private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

    private volatile boolean refusing;
    private volatile SpaceState state = SpaceState.UNKNOWN;
    private volatile Runnable thresholdReached = () -> {};
    private boolean overThreshold;
    private boolean ballastWaits;
    private boolean lookFailed;

    /** The space of a folder that this process owns; nothing is read or made yet. */
    PoolSpace(Folder folder, Ballast ballast, SpaceSettings settings, BackendThreads threads) {
        this.folder = folder;
        this.ballast = ballast;
        this.settings = settings;
        this.threads = threads;
        refuses = settings.reserveBytes() != 0;
    }

    /** Who is told when the file system gets fuller than the soft threshold; must not block. */
    void onThreshold(Runnable told) {
        thresholdReached = told;
    }

    /** As of the last look. */
    SpaceState state() {
        return state;
    }

    /**
     * Whether a write may make so many bytes of new blocks. What it then does not need comes back
     * with the next look.
     */
    boolean admits(long newBytes) {
        if (!refuses) {
            return true;
        }
        if (refusing) {
            return false;
        }
        return room.addAndGet(-newBytes) >= 0 || admitsAfterLook(newBytes);
    }

    /** Whether a snapshot may be made: each makes writes need new blocks that needed none. */
    boolean admitsSnapshot() {
        return admits(Limits.LAYER_BLOCK_BYTES);
    }

    /** What is refused is told so. */
    DeviceFault refusal(String act) {
        SpaceState now = state;
        return DeviceFault.of(
                DeviceFault.Kind.SPACE_EXHAUSTED,
                act
                        + ": new blocks are refused while fewer than "
                        + (now.reserveBytes() + now.reserveBytes() / RESUME_PART)
                        + " bytes are usable, and "
                        + now.usableBytes()
                        + " are",
                folder.path());
    }

    private boolean admitsAfterLook(long newBytes) {
        boolean admitted;
        boolean reached;
        synchronized (this) {
            reached = look();
            admitted = !refusing && room.addAndGet(-newBytes) >= 0;
            if (!admitted && !refusing) {
                refuse();
            }
        }
        tell(reached);
        return admitted;
    }

    /**
     * Sees to it that so many bytes are usable by work that gives more back, at the cost of the
     * ballast. Blocking.
     *
     * @return false if there are not so many
     */
    boolean makeRoom(long bytes) throws IOException {
        while (folder.usableBytes() < bytes) {
            if (!ballast.spend(bytes)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Gives the space of layer blocks back. Where a hole divides an extent, a file system may need
     * room for that, which the ballast has. Blocking.
     */
    void punch(BlockFile file, long block, long count) throws IOException {
        while (true) {
            try {
                file.punchHole(block * Limits.LAYER_BLOCK_BYTES, count * Limits.LAYER_BLOCK_BYTES);
                return;
            } catch (IOException failed) {
                if (!Standing.isNoSpace(failed) || !ballast.spend(Limits.BALLAST_STEP_BYTES)) {
                    throw failed;
                }
            }
        }
    }

    /** The first look, before anybody can be told of it. */
    synchronized void begin() {
        if (look()) {
            LOG.debug("Pool {}: it was as full when it was opened", folder.path());
        }
    }

    /** From time to time; hands the look to a thread. */
    void tick() {
        if (turning.compareAndSet(false, true) && !threads.punch(turn)) {
            turning.set(false);
        }
    }

    private void turn() {
        try {
            boolean reached;
            synchronized (this) {
                reached = look();
            }
            tell(reached);
            keepBallast();
        } catch (RuntimeException broken) {
            LOG.error("Pool {}: its space cannot be watched", folder.path(), broken);
        } finally {
            turning.set(false);
        }
    }

    private void tell(boolean reached) {
        if (reached) {
            thresholdReached.run();
        }
    }

    /**
     * Looks, and draws the conclusions. The lock is held.
     *
     * @return whether the soft threshold was reached just now
     */
    boolean look() {
        long usable;
        long capacity;
        try {
            usable = folder.usableBytes();
            capacity = folder.capacityBytes();
            lookFailed = false;
        } catch (IOException failed) {
            if (!lookFailed) {
                LOG.warn("Pool {}: its space is not known: {}", folder.path(), failed.toString());
            }
            lookFailed = true;
            // Whoever needs space finds out by writing.
            room.set(Long.MAX_VALUE);
            return false;
        }
        long reserve = kept(settings.reserveBytes(), capacity);
        judge(usable, reserve);
        long threshold = (long) (capacity / 100.0 * settings.softThresholdPercent());
        boolean reached = judgeThreshold(capacity, capacity - usable, threshold);
        state = stateOf(capacity, usable, reserve, threshold);
        return reached;
    }

    private SpaceState stateOf(long capacity, long usable, long reserve, long threshold) {
        return new SpaceState(
                capacity,
                usable,
                reserve,
                ballast.bytes(),
                wantedBallast(capacity),
                threshold,
                overThreshold,
                refusing);
    }

    private static long kept(long setting, long capacity) {
        if (setting != SpaceSettings.AUTOMATIC) {
            return setting;
        }
        long part =
                Math.clamp(
                        capacity / 100, Limits.SPACE_KEPT_BYTES_MIN, Limits.SPACE_KEPT_BYTES_MAX);
        return Math.min(part, capacity / Limits.SPACE_KEPT_PARTS_MIN);
    }

    private long wantedBallast(long capacity) {
        return settings.ballastBytes() == SpaceSettings.AS_FOUND
                ? ballast.bytes()
                : kept(settings.ballastBytes(), capacity);
    }

    private void judge(long usable, long reserve) {
        if (!refuses) {
            return;
        }
        if (refusing && usable >= reserve + reserve / RESUME_PART) {
            refusing = false;
            LOG.info("Pool {}: {} bytes are usable; all writes go on", folder.path(), usable);
        }
        room.set(usable - reserve);
        if (!refusing && usable < reserve) {
            refuse();
        }
    }

    private void refuse() {
        refusing = true;
        SpaceState now = state;
        state =
                stateOf(
                        now.capacityBytes(),
                        now.usableBytes(),
                        now.reserveBytes(),
                        now.softThresholdBytes());
        LOG.error(
                "Pool {}: nearly full; writes that need new blocks are refused until there is room",
                folder.path());
    }

    private boolean judgeThreshold(long capacity, long used, long threshold) {
        if (threshold <= 0) {
            return false;
        }
        if (overThreshold) {
            overThreshold = used >= threshold - capacity / REARM_PART;
            return false;
        }
        overThreshold = used >= threshold;
        if (overThreshold) {
            LOG.warn(
                    "Pool {}: {} of {} bytes of its file system are used, the soft threshold is {}",
                    folder.path(),
                    used,
                    capacity,
                    threshold);
        }
        return overThreshold;
    }

    /**
     * Brings the ballast a step nearer to what it should be. It grows only while writes would still
     * be admitted with a good margin afterwards: it is not what fills the disk.
     */
    private void keepBallast() {
        SpaceState now = state;
        long wanted = now.ballastWantedBytes();
        long left = now.usableBytes() - Limits.BALLAST_STEP_BYTES;
        try {
            if (ballast.bytes() > wanted) {
                ballast.shrinkTo(wanted);
            } else if (ballast.bytes() < wanted && left >= 2 * now.reserveBytes()) {
                ballast.grow(wanted);
                ballastWaits = false;
            }
        } catch (IOException failed) {
            if (!ballastWaits) {
                ballastWaits = true;
                LOG.warn("Pool {}: no ballast: {}", folder.path(), failed.toString());
            }
        }
    }

    /** Lets go of the ballast, which stays. After the journal. */
    @Override
    public void close() throws IOException {
        ballast.close();
    }
}
