package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

/**
 * What the commands that move blocks have in common: the checks before, and the continuations after
 * their one storage operation, made once a logical unit so that a command makes none.
 */
final class Transfer {
    /** DPO is a hint that we do not need; FUA (SBC-4). */
    static final int FUA = 0x08;

    /**
     * Memory of a command that reads or writes in pieces. Transports do not count it, so it is
     * small: a whole command window of such commands stays below 32 MiB.
     */
    static final int PIECE_BYTES = 256 << 10;

    /** RDPROTECT, WRPROTECT, VRPROTECT: no protection information here, so they have to be zero. */
    private static final int PROTECT = 0xe0;

    private final LogicalUnit unit;
    private final ScsiTask.Step readDone = this::readDone;
    private final ScsiTask.Step writeDone = this::writeDone;

    Transfer(LogicalUnit unit) {
        this.unit = unit;
    }

    /** Ends a command whose read ended. */
    ScsiTask.Step readEnds() {
        return readDone;
    }

    /** Ends a command whose write, flush or unmap ended. */
    ScsiTask.Step writeEnds() {
        return writeDone;
    }

    private void readDone(ScsiTask task, @Nullable DeviceFault fault) {
        if (fault == null) {
            Sense.good(task);
        } else {
            Faults.end(task, unit.state().descriptorSense(), fault, false);
        }
    }

    private void writeDone(ScsiTask task, @Nullable DeviceFault fault) {
        if (fault == null) {
            Sense.good(task);
        } else {
            Faults.end(task, unit.state().descriptorSense(), fault, true);
        }
    }

    /**
     * Ends a command that asks for protection information, for blocks that do not exist, or for
     * more than MAXIMUM TRANSFER LENGTH.
     *
     * @return whether the command may go on
     */
    static boolean admits(UnitState state, CdbShape shape, ScsiTask task, long lba, long blocks) {
        int bytesMax = Limits.TRANSFER_BYTES_MAX;
        return shape == CdbShape.SIX
                ? inside(state, task, lba, blocks)
                : admits(state, task, lba, blocks, bytesMax, shape.lengthAt());
    }

    /**
     * The same for a command with a limit of its own.
     *
     * @param bytesMax the most that its blocks may be
     * @param lengthAt byte of the CDB at which their number begins
     */
    static boolean admits(
            UnitState state, ScsiTask task, long lba, long blocks, int bytesMax, int lengthAt) {
        if ((task.cdb()[1] & PROTECT) != 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), 1, 7);
            return false;
        }
        if (!inside(state, task, lba, blocks)) {
            return false;
        }
        if (blocks << state.blockShift() > bytesMax) {
            Sense.invalidInCdb(task, state.descriptorSense(), lengthAt);
            return false;
        }
        return true;
    }

    /**
     * Ends a command for blocks that do not exist; INFORMATION tells the first of them (SBC-4,
     * sense data).
     *
     * @return whether the command may go on
     */
    static boolean inside(UnitState state, ScsiTask task, long lba, long blocks) {
        if (state.geometry().contains(lba, blocks)) {
            return true;
        }
        long end = state.geometry().blockCount();
        Sense.checkInformation(
                task,
                state.descriptorSense(),
                SenseKey.ILLEGAL_REQUEST,
                AdditionalSense.LBA_OUT_OF_RANGE,
                lba >= 0 && lba < end ? end : lba);
        return false;
    }

    /** Bytes of data out for a CDB whose blocks all come from the initiator. */
    static int dataOut(UnitState state, CdbShape shape, byte[] cdb) {
        long blocks = shape.blocks(cdb);
        return shape == CdbShape.SIX
                ? (int) blocks << state.blockShift()
                : dataOut(state, cdb, blocks, Limits.TRANSFER_BYTES_MAX);
    }

    /** Bytes of so many blocks, 0 for a CDB that {@link #admits} refuses for what it says. */
    static int dataOut(UnitState state, byte[] cdb, long blocks, int bytesMax) {
        long bytes = blocks << state.blockShift();
        return (cdb[1] & PROTECT) != 0 || bytes > bytesMax ? 0 : (int) bytes;
    }

    /**
     * Ends a command of which no part may be done: one without blocks, and one for which more or
     * less data out was announced than its CDB asks for, so that the two sides disagree on what is
     * meant.
     *
     * @return whether the command may go on
     */
    static boolean exact(UnitState state, ScsiTask task, int askedBytes, int lengthAt) {
        if (!gathered(state, task, askedBytes)) {
            return false;
        }
        if (task.expectedDataOutLength() != askedBytes) {
            Sense.invalidInCdb(task, state.descriptorSense(), lengthAt);
            return false;
        }
        if (askedBytes == 0) {
            Sense.good(task);
            return false;
        }
        return true;
    }

    /**
     * Says how much data out the CDB asks for and ends a command for which less was gathered than
     * the initiator announced: it would otherwise answer GOOD for blocks that were never written.
     *
     * @return whether the command may go on
     */
    static boolean gathered(UnitState state, ScsiTask task, int askedBytes) {
        task.dataOutUsed(askedBytes);
        if (task.dataOutLength() >= Math.min(askedBytes, task.expectedDataOutLength())) {
            return true;
        }
        Sense.check(
                task,
                state.descriptorSense(),
                SenseKey.ABORTED_COMMAND,
                AdditionalSense.DATA_PHASE_ERROR);
        return false;
    }
}
