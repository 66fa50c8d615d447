package io.stemma.server.iscsi.task;

import io.netty.buffer.ByteBuf;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.session.DataConnection;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.text.NegotiatedParameters;

import org.jspecify.annotations.Nullable;

/**
 * How the data out of commands comes together: whole with the command, or gathered from what comes
 * unasked and what R2Ts ask for. On the event loop.
 */
final class DataOutPhase {
    private final Commands commands;
    private final ScsiDevice device;
    private final DataConnection connection;
    private final NegotiatedParameters parameters;
    private final ScsiAnswers answers;
    private final DataMemory memory;
    private int lastTransferTag;

    DataOutPhase(
            Commands commands,
            Session session,
            ScsiDevice device,
            ScsiAnswers answers,
            DataMemory memory) {
        this.commands = commands;
        this.device = device;
        connection = session.connection();
        this.answers = answers;
        this.memory = memory;
        parameters = session.outcome().parameters();
    }

    /** A write has arrived; returns why it ends at once, or null. */
    @Nullable TransportSense start(Task task, Pdu pdu) {
        int came = pdu.dataSegmentLength();
        boolean more = !pdu.finalBit();
        long expected = task.expectedDataTransferLength;
        if ((more && parameters.initialR2T())
                || (came != 0 && !parameters.immediateData())
                || came > parameters.firstBurstLength()) {
            return TransportSense.UNEXPECTED_UNSOLICITED_DATA;
        }
        if (came > expected) {
            return TransportSense.INCORRECT_AMOUNT_OF_DATA;
        }
        int length = (int) Math.min(expected, device.dataOutLength(task.lun, task.cdb()));
        if (!more && came >= length) {
            return whole(task, pdu, length);
        }
        return gather(task, pdu, length, more);
    }

    /**
     * All the data that is wanted came with the command: it stays where it was received, unless too
     * much of the memory for receiving is kept already.
     */
    private @Nullable TransportSense whole(Task task, Pdu pdu, int length) {
        if (length > 0) {
            if (connection.mayHold()) {
                task.dataOutBuffer = pdu.buffer().retain();
                task.dataOut(pdu.dataAddress(), length);
            } else if (!memory.takeUnasked(length, task.dormant)) {
                return TransportSense.TASK_SET_FULL;
            } else {
                task.memoryBytes = length;
                ByteBuf copy = commands.allocate(length);
                copy.setBytes(0, pdu.buffer(), pdu.dataIndex(), length);
                task.dataOutBuffer = copy;
                task.dataOut(copy.memoryAddress(), length);
            }
        }
        commands.ready(task);
        return null;
    }

    private @Nullable TransportSense gather(Task task, Pdu pdu, int length, boolean more) {
        boolean onItsWay = more || pdu.dataSegmentLength() != 0;
        if (!onItsWay && !commands.reserveMemory(task, length)) {
            task.write.begin(null, length, false, 0);
            commands.await(task);
            return null;
        }
        if (onItsWay) {
            if (!memory.takeUnasked(length, task.dormant)) {
                return TransportSense.TASK_SET_FULL;
            }
            task.memoryBytes = length;
        }
        long unsolicited = Math.min(parameters.firstBurstLength(), task.expectedDataTransferLength);
        beginGathering(task, length, more, (int) unsolicited);
        if (pdu.dataSegmentLength() != 0) {
            task.write.immediate(pdu);
        }
        proceed(task);
        return null;
    }

    private void beginGathering(Task task, int length, boolean more, int unsolicited) {
        task.state = Task.State.GATHERING;
        ByteBuf buffer = null;
        if (length > 0) {
            buffer = commands.allocate(length);
            task.dataOutBuffer = buffer;
            task.dataOut(buffer.memoryAddress(), length);
        }
        task.write.begin(buffer, length, more, unsolicited);
    }

    /** A Data-Out of a task that gathers; returns why the task has to end, or null. */
    @Nullable TransportSense dataOut(Task task, Pdu pdu, boolean whole) {
        TransportSense fault = task.write.dataOut(pdu, whole);
        if (fault == null) {
            proceed(task);
        }
        return fault;
    }

    /** A write that waited has its memory now: all its data is asked for. */
    void begin(Task task, int length) {
        beginGathering(task, length, false, 0);
        proceed(task);
    }

    /** Asks for what is missing when the task's turn has come, or executes what is complete. */
    void proceed(Task task) {
        WriteTask write = task.write;
        if (task.dormant && write.mayAsk()) {
            commands.sleep(task, Task.Rest.GATHER);
            return;
        }
        while (write.mayAsk()) {
            lastTransferTag = lastTransferTag + 1 == Pdu.NO_TAG ? 0 : lastTransferTag + 1;
            write.ask(lastTransferTag, answers.burstMax());
            answers.readyToTransfer(task, lastTransferTag);
        }
        if (!write.complete()) {
            return;
        }
        if (write.damaged()) {
            commands.end(task, TransportSense.PROTOCOL_SERVICE_CRC_ERROR);
        } else {
            commands.ready(task);
        }
    }
}
