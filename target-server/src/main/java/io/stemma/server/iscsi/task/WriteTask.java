package io.stemma.server.iscsi.task;

import io.netty.buffer.ByteBuf;
import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.pdu.Pdu;

import org.jspecify.annotations.Nullable;

/**
 * The data out of a command that did not come with it whole: unsolicited Data-Out up to
 * FirstBurstLength, then sequences that R2Ts ask for (RFC 7143, 4.2.5.2 and 11.8). Data comes in
 * order of offset within each sequence; DataSN starts at 0 with each. What the CDB does not want is
 * swallowed.
 */
final class WriteTask {
    /**
     * The data of a command has to come within so many times the limit for silence, an equal part
     * of it in each; more dripping ends the command.
     */
    static final int PATIENCE = 8;

    private final int[] transferTags;
    private final int[] offsets;
    private final int[] lengths;
    private final int[] received;
    private final int[] dataSns;
    private int open;

    private @Nullable ByteBuf buffer;
    private int length;
    private int nextOffset;
    private int r2tSn;
    private boolean unsolicited;
    private int unsolicitedMax;
    private int unsolicitedReceived;
    private int unsolicitedDataSn;
    private boolean damaged;
    private int quietTicks;
    private int ageTicks;
    private int gatheredBytes;

    /** For commands with at most so many R2Ts outstanding. */
    WriteTask(int outstandingMax) {
        transferTags = new int[outstandingMax];
        offsets = new int[outstandingMax];
        lengths = new int[outstandingMax];
        received = new int[outstandingMax];
        dataSns = new int[outstandingMax];
    }

    /**
     * Begins to gather.
     *
     * @param newBuffer where data goes, null where none of it is wanted
     * @param newLength bytes wanted
     * @param expectUnsolicited whether Data-Out follows unasked
     * @param newUnsolicitedMax most unsolicited data, immediate data included
     */
    void begin(
            @Nullable ByteBuf newBuffer,
            int newLength,
            boolean expectUnsolicited,
            int newUnsolicitedMax) {
        buffer = newBuffer;
        length = newLength;
        nextOffset = 0;
        r2tSn = 0;
        open = 0;
        unsolicited = expectUnsolicited;
        unsolicitedMax = newUnsolicitedMax;
        unsolicitedReceived = 0;
        unsolicitedDataSn = 0;
        damaged = false;
        quietTicks = 0;
        ageTicks = 0;
        gatheredBytes = 0;
    }

    /** Forgets the buffer, which the task owns. */
    void end() {
        buffer = null;
        open = 0;
        r2tSn = 0;
    }

    /** The data that came with the command. */
    void immediate(Pdu command) {
        store(command, 0);
        unsolicitedReceived = command.dataSegmentLength();
        nextOffset = Math.min(unsolicitedReceived, length);
    }

    /**
     * A Data-Out of this command.
     *
     * @param whole false where its data digest was wrong
     * @return null if it fits, or why the command has to end
     */
    @Nullable TransportSense dataOut(Pdu pdu, boolean whole) {
        quietTicks = 0;
        damaged |= !whole;
        return pdu.intAt(20) == Pdu.NO_TAG ? unsolicited(pdu) : solicited(pdu);
    }

    private @Nullable TransportSense unsolicited(Pdu pdu) {
        if (!unsolicited) {
            return TransportSense.UNEXPECTED_UNSOLICITED_DATA;
        }
        if (pdu.intAt(36) != unsolicitedDataSn || pdu.intAt(40) != unsolicitedReceived) {
            return TransportSense.PROTOCOL_SERVICE_CRC_ERROR;
        }
        int left = unsolicitedMax - unsolicitedReceived - pdu.dataSegmentLength();
        if (left < 0 || (left == 0 && !pdu.finalBit())) {
            return TransportSense.INCORRECT_AMOUNT_OF_DATA;
        }
        store(pdu, unsolicitedReceived);
        unsolicitedDataSn++;
        unsolicitedReceived += pdu.dataSegmentLength();
        if (pdu.finalBit()) {
            unsolicited = false;
            nextOffset = Math.min(unsolicitedReceived, length);
        }
        return null;
    }

    private @Nullable TransportSense solicited(Pdu pdu) {
        int sequence = sequence(pdu.intAt(20));
        if (sequence < 0
                || pdu.intAt(36) != dataSns[sequence]
                || pdu.intAt(40) != offsets[sequence] + received[sequence]) {
            return TransportSense.PROTOCOL_SERVICE_CRC_ERROR;
        }
        int left = lengths[sequence] - received[sequence] - pdu.dataSegmentLength();
        if (left < 0 || (left == 0) != pdu.finalBit()) {
            return TransportSense.INCORRECT_AMOUNT_OF_DATA;
        }
        store(pdu, offsets[sequence] + received[sequence]);
        dataSns[sequence]++;
        received[sequence] += pdu.dataSegmentLength();
        if (left == 0) {
            close(sequence);
        }
        return null;
    }

    private int sequence(int transferTag) {
        for (int i = 0; i < open; i++) {
            if (transferTags[i] == transferTag) {
                return i;
            }
        }
        return -1;
    }

    private void close(int sequence) {
        open--;
        transferTags[sequence] = transferTags[open];
        offsets[sequence] = offsets[open];
        lengths[sequence] = lengths[open];
        received[sequence] = received[open];
        dataSns[sequence] = dataSns[open];
    }

    private void store(Pdu pdu, int offset) {
        gatheredBytes += pdu.dataSegmentLength();
        ByteBuf target = buffer;
        int bytes = Math.min(pdu.dataSegmentLength(), length - offset);
        if (target != null && bytes > 0 && !damaged) {
            target.setBytes(offset, pdu.buffer(), pdu.dataIndex(), bytes);
        }
    }

    /** Whether the next R2T may be sent. */
    boolean mayAsk() {
        return !unsolicited && !damaged && open < transferTags.length && nextOffset < length;
    }

    /** Opens the next sequence of at most {@code burst} bytes; its values are those of an R2T. */
    void ask(int transferTag, int burst) {
        Invariant.check(mayAsk(), "an R2T asks for data that is missing");
        transferTags[open] = transferTag;
        offsets[open] = nextOffset;
        lengths[open] = Math.min(burst, length - nextOffset);
        received[open] = 0;
        dataSns[open] = 0;
        nextOffset += lengths[open];
        open++;
        r2tSn++;
    }

    /** Offset of the sequence opened last. */
    int askedOffset() {
        return offsets[open - 1];
    }

    /** Length of the sequence opened last. */
    int askedLength() {
        return lengths[open - 1];
    }

    /** Number of the R2T sent last. */
    int askedR2tSn() {
        return r2tSn - 1;
    }

    /** Bytes wanted. */
    int length() {
        return length;
    }

    /** How many R2Ts were sent. */
    int r2ts() {
        return r2tSn;
    }

    /** Whether no data is to come any more, be it because some of it was damaged. */
    boolean complete() {
        return !unsolicited && open == 0 && (damaged || nextOffset >= length);
    }

    /** Whether a digest was wrong. */
    boolean damaged() {
        return damaged;
    }

    /**
     * A unit of time passed.
     *
     * @param quietMax so many without data are borne
     * @return whether data stays out, or comes too slowly to be waited for
     */
    boolean stalls(int quietMax) {
        quietTicks++;
        ageTicks++;
        // The first unit may have been the rest of one.
        int whole = ageTicks - 1;
        long due = (long) length * (whole / quietMax) / PATIENCE;
        return quietTicks > quietMax || (whole % quietMax == 0 && gatheredBytes < due);
    }
}
