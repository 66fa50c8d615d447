package io.stemma.server.iscsi.task;

import io.netty.buffer.ByteBuf;
import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.pdu.PduEncoder;
import io.stemma.server.iscsi.session.DataConnection;
import io.stemma.server.iscsi.session.OutputBatch;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.text.NegotiatedParameters;

/**
 * Writes what a command sends: R2Ts, data in, status, residuals. Data in lies in the batch already
 * ({@link #reserve}), is copied into it where it is short, or goes out from where it lies.
 */
final class ScsiAnswers {
    /** Longest data in that is made in the batch itself. */
    static final int RESERVE_BYTES_MAX = 64 << 10;

    /** Up to here copying is cheaper than one more buffer in the gathering write. */
    private static final int COPY_BYTES_MAX = 16 << 10;

    private final Session session;
    private final DataConnection connection;
    private final PduEncoder encoder;
    private final OutputBatch output;
    private final int burstMax;

    ScsiAnswers(Session session, DataConnection connection) {
        this.session = session;
        this.connection = connection;
        encoder = connection.encoder();
        output = connection.output();
        NegotiatedParameters parameters = session.outcome().parameters();
        burstMax = parameters.maxBurstLength();
    }

    /** Room in the batch for data in behind its header; 0 where it must be sent in pieces. */
    long reserve(Task task, int lengthBytes) {
        int sent = Math.min(lengthBytes, task.expectedDataInLength());
        if (lengthBytes > RESERVE_BYTES_MAX || sent > Math.min(segmentMax(), burstMax)) {
            return 0;
        }
        ByteBuf out = output.room(encoder.lengthOf(lengthBytes) + PduEncoder.TRAILER_BYTES_MAX);
        task.reservedIndex = out.writerIndex() + encoder.headerLength();
        return out.memoryAddress() + task.reservedIndex;
    }

    /** Data in and status of a command that has ended. */
    void answer(Task task) {
        int sent = Math.min(task.dataInLength(), task.expectedDataInLength());
        boolean collapse = task.status() == 0 && task.senseLength() == 0;
        int dataPdus = task.write.r2ts();
        if (sent > 0) {
            dataPdus =
                    task.dataInBuffer == null
                            ? sendReserved(task, sent, collapse)
                            : send(task, task.dataInBuffer, sent, collapse);
        }
        if (sent == 0 || !collapse) {
            respond(task, dataPdus);
        }
    }

    private int sendReserved(Task task, int sent, boolean collapse) {
        ByteBuf out = output.room(0);
        Invariant.check(
                out.writerIndex() + encoder.headerLength() == task.reservedIndex,
                "data in lies where it was reserved, and the task had asked for it");
        header(out, task, 0, sent, 0, collapse, true);
        out.writerIndex(task.reservedIndex + sent);
        encoder.trailer(out, out, task.reservedIndex, sent);
        return 1;
    }

    private int send(Task task, ByteBuf data, int sent, boolean collapse) {
        int dataSn = 0;
        int burstLeft = burstMax;
        for (int offset = 0; offset < sent; dataSn++) {
            int piece = Math.min(Math.min(segmentMax(), burstLeft), sent - offset);
            burstLeft -= piece;
            boolean last = offset + piece == sent;
            sendPiece(task, data, offset, piece, dataSn, last && collapse, last || burstLeft == 0);
            burstLeft = burstLeft == 0 ? burstMax : burstLeft;
            offset += piece;
        }
        return dataSn;
    }

    private void sendPiece(
            Task task,
            ByteBuf data,
            int offset,
            int piece,
            int dataSn,
            boolean withStatus,
            boolean last) {
        boolean copied = piece <= COPY_BYTES_MAX;
        ByteBuf out =
                output.room(
                        encoder.headerLength()
                                + (copied ? piece : 0)
                                + PduEncoder.TRAILER_BYTES_MAX);
        header(out, task, offset, piece, dataSn, withStatus, last);
        if (copied) {
            out.writeBytes(data, offset, piece);
        } else {
            output.append(data.retainedSlice(offset, piece));
        }
        ByteBuf behind = output.room(PduEncoder.TRAILER_BYTES_MAX);
        encoder.trailer(behind, data, offset, piece);
    }

    private void header(
            ByteBuf out,
            Task task,
            int offset,
            int length,
            int dataSn,
            boolean withStatus,
            boolean last) {
        if (withStatus) {
            numbers(connection.takeStatSn());
            encoder.dataInWithStatus(out, task.tag, length, dataSn, offset, residual(task));
        } else {
            numbers(0);
            encoder.dataIn(out, task.tag, length, dataSn, offset, last);
        }
    }

    private void respond(Task task, int dataPdus) {
        int sense = task.senseLength();
        ByteBuf out = output.room(encoder.lengthOf(sense + 2) + PduEncoder.TRAILER_BYTES_MAX);
        numbers(connection.takeStatSn());
        encoder.scsiResponse(
                out, task.tag, task.status(), residual(task), dataPdus, task.sense(), sense);
    }

    /** What the command moved less what the initiator expected (RFC 7143, 11.4.5.1). */
    private static long residual(Task task) {
        long moved =
                task.writes
                        ? task.dataOutUsed()
                        : task.reads
                                ? task.dataInLength()
                                : Math.max(task.dataInLength(), task.dataOutUsed());
        return moved - task.expectedDataTransferLength;
    }

    /** Asks for the sequence that {@link WriteTask#ask} opened last. */
    void readyToTransfer(Task task, int transferTag) {
        WriteTask write = task.write;
        ByteBuf out = output.room(encoder.lengthOf(0));
        numbers(connection.statSn());
        encoder.readyToTransfer(
                out,
                task.lun,
                task.tag,
                transferTag,
                write.askedR2tSn(),
                write.askedOffset(),
                write.askedLength());
    }

    /** Longest data segment the initiator takes; the one length that may change after login. */
    private int segmentMax() {
        return connection.parameters().initiatorMaxRecvDataSegmentLength();
    }

    /** Longest sequence an R2T may ask for. */
    int burstMax() {
        return burstMax;
    }

    private void numbers(int statSn) {
        encoder.numbers(statSn, session.expCmdSn(), session.maxCmdSn());
    }
}
