package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One sanitize operation under way. First waits, by an exclusive hold on the whole volume, until
 * everything that was admitted before has ended; then overwrites block by block, or unmaps all and
 * waits until the store has given the space back. One request at a time and a flush every {@link
 * #CHECKPOINT_BYTES}, so that others get their share; what is on record as done is durable.
 */
final class SanitizeWork extends PacedWork {
    private static final Logger LOG = LoggerFactory.getLogger(SanitizeWork.class);

    /** Bytes written at once; larger ones make later small writes dear. */
    private static final int PIECE_BYTES = 64 << 10;

    /** Bytes written between two flushes, after each of which the progress is on record. */
    private static final long CHECKPOINT_BYTES = 64L << 20;

    /**
     * Least time between two flushes, in nanoseconds: 512 MiB a second at most, so that a fast disk
     * has something left for other units.
     */
    private static final long CHECKPOINT_NANOS = 125_000_000;

    /** Bytes unmapped at once. */
    private static final long UNMAP_BYTES = 1L << 30;

    /** PROGRESS INDICATION of something that is done. */
    private static final int ALL = 0x1_0000;

    private enum Phase {
        WAITING,
        OVERWRITING,
        RECORDING,
        PAUSING,
        UNMAPPING,
        UNMAPPED,
        GIVING_BACK,
        FORGETTING
    }

    private final Sanitization owner;
    private final Volume volume;
    private final UnitStore store;
    private final Request request = new Request();
    private final int shift;
    private final MemorySegment piece;
    private final Exclusive barrier;
    private SanitizeOrder order;
    private @Nullable ScsiTask task;
    private Phase phase = Phase.WAITING;
    private @Nullable DeviceFault fault;
    private boolean again;
    private int patternOfPass = -1;
    private long block;
    private long unsynced;
    private long begunNanos = System.nanoTime();

    SanitizeWork(
            Sanitization owner,
            Volume volume,
            UnitServices services,
            SanitizeOrder order,
            @Nullable ScsiTask task) {
        super(services.control());
        this.owner = owner;
        this.volume = volume;
        this.store = services.store();
        this.order = order;
        this.task = task;
        shift = Integer.numberOfTrailingZeros(volume.geometry().logicalBlockBytes());
        piece = Arena.ofAuto().allocate(order.erases() ? 8 : PIECE_BYTES, 8);
        barrier = new Exclusive(new BlockRange(0, volume.geometry().blockCount()));
        block = order.block();
    }

    private final class Request extends BlockRequest {
        @Override
        protected void completed(@Nullable DeviceFault how) {
            fault = how;
            signal();
        }
    }

    /** Starts. */
    void begin() {
        volume.lockExclusive(barrier);
    }

    @Override
    void step() {
        ScsiTask waiting = task;
        if (waiting != null && waiting.aborted()) {
            // The command ends; what it began goes on.
            task = null;
            Faults.aborted(waiting);
        }
        DeviceFault met = fault;
        fault = null;
        if (met != null && met.kind() == DeviceFault.Kind.TRANSIENT) {
            again = true;
            signalLater();
        } else if (met != null && met.kind() == DeviceFault.Kind.OUT_OF_RANGE) {
            // The volume got shorter just now; what is behind its end is gone.
            nextPiece();
        } else if (met != null) {
            fail(met);
        } else if (again) {
            again = false;
            volume.submit(request);
        } else {
            goOn();
        }
    }

    private void goOn() {
        try {
            switch (phase) {
                case WAITING -> {
                    volume.unlock(barrier);
                    nextPiece();
                }
                case OVERWRITING -> {
                    long count = request.blockCount();
                    block += count;
                    unsynced += count << shift;
                    nextPiece();
                }
                case RECORDING -> recorded();
                case PAUSING -> nextPiece();
                case UNMAPPING -> {
                    block += request.blockCount();
                    nextPiece();
                }
                case UNMAPPED -> giveBack(true);
                case GIVING_BACK -> giveBack(false);
                case FORGETTING -> succeed();
            }
        } catch (DeviceException failed) {
            fail(failed.fault());
        }
    }

    private void nextPiece() {
        long blocks = volume.geometry().blockCount();
        progress(blocks);
        long left = blocks - block;
        if (order.erases()) {
            if (left > 0) {
                phase = Phase.UNMAPPING;
                volume.submit(request.unmap(block, Math.min(left, UNMAP_BYTES >>> shift)));
            } else {
                phase = Phase.UNMAPPED;
                volume.submit(request.flush());
            }
        } else if (left <= 0 || unsynced >= CHECKPOINT_BYTES) {
            phase = Phase.RECORDING;
            volume.submit(request.flush());
        } else {
            fill();
            phase = Phase.OVERWRITING;
            long count = Math.min(left, PIECE_BYTES >>> shift);
            volume.submit(request.write(block, count, piece.address(), false));
        }
    }

    /** The pattern begins anew in each logical block, and the last one is cut. */
    private void fill() {
        if (patternOfPass == order.pass()) {
            return;
        }
        patternOfPass = order.pass();
        byte[] pattern = order.pattern();
        int mask = order.invert() && order.pass() % 2 == 1 ? 0xff : 0;
        long blockBytes = 1L << shift;
        for (long at = 0; at < piece.byteSize(); at++) {
            byte value = pattern[(int) (at % blockBytes % pattern.length)];
            piece.set(ValueLayout.JAVA_BYTE, at, (byte) (value ^ mask));
        }
    }

    /** What was written is durable now. */
    private void recorded() throws DeviceException {
        unsynced = 0;
        boolean passEnds = block >= volume.geometry().blockCount();
        if (passEnds) {
            block = 0;
            order = order.at(order.pass() + 1, 0);
        } else {
            order = order.at(order.pass(), block);
        }
        if (order.pass() >= order.passes()) {
            succeed();
        } else {
            store.put(Sanitization.STORED, order.toBytes());
            pauseIfFast(passEnds);
        }
    }

    private void pauseIfFast(boolean passEnds) {
        long now = System.nanoTime();
        boolean fast = !passEnds && now - begunNanos < CHECKPOINT_NANOS;
        begunNanos = now;
        if (fast) {
            phase = Phase.PAUSING;
            signalLater();
        } else {
            nextPiece();
        }
    }

    private void giveBack(boolean begin) throws DeviceException {
        DeviceFault offline = volume.offlineFault();
        if (offline != null) {
            throw new DeviceException(offline);
        }
        if (volume.scrubbed(begin)) {
            // Holes are metadata of the file system, which have to reach the disk too.
            phase = Phase.FORGETTING;
            volume.submit(request.flush());
        } else {
            phase = Phase.GIVING_BACK;
            signalLater();
        }
    }

    private void progress(long blocks) {
        double part = Math.min(1, (double) block / blocks);
        double done = order.erases() ? part / 2 : (order.pass() + part) / order.passes();
        owner.progressed(Math.min(ALL - 1, (int) (done * ALL)));
    }

    private void succeed() {
        DeviceFault met = owner.ended();
        if (met != null) {
            fail(met);
            return;
        }
        LOG.info("Volume {}: is sanitized", volume.description().name());
        ScsiTask waiting = task;
        task = null;
        if (waiting != null && waiting.aborted()) {
            Faults.aborted(waiting);
        } else if (waiting != null) {
            Sense.good(waiting);
        }
    }

    private void fail(DeviceFault met) {
        owner.failed(order, met);
        ScsiTask waiting = task;
        task = null;
        if (waiting != null && waiting.aborted()) {
            Faults.aborted(waiting);
        } else if (waiting != null) {
            owner.refuse(waiting, false);
        }
    }

    @Override
    void broken(RuntimeException ours) {
        LOG.error("sanitizing met a fault of our own", ours);
        fail(DeviceFault.of(DeviceFault.Kind.MEDIUM, "sanitizing", "", ours));
    }

    /** The server is being closed: the next start goes on. */
    @Override
    void abandoned() {
        ScsiTask waiting = task;
        task = null;
        if (waiting != null) {
            Sense.busy(waiting);
        }
    }
}
