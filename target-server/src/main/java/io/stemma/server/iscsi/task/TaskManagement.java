package io.stemma.server.iscsi.task;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.PduEncoder;
import io.stemma.server.iscsi.pdu.RejectReason;
import io.stemma.server.iscsi.session.CommandWindow;
import io.stemma.server.iscsi.session.DataConnection;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.scsi.LogicalUnit;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.RejectedExecutionException;

/**
 * Task Management Function Requests (RFC 7143, 11.5; SAM-5, 7). An answer leaves when no storage
 * operation of the tasks concerned remains.
 */
final class TaskManagement {
    private static final int ABORT_TASK = 1;
    private static final int ABORT_TASK_SET = 2;
    private static final int CLEAR_TASK_SET = 4;
    private static final int LOGICAL_UNIT_RESET = 5;
    private static final int TARGET_WARM_RESET = 6;
    private static final int TARGET_COLD_RESET = 7;
    private static final int TASK_REASSIGN = 8;

    private static final int COMPLETE = 0;
    private static final int TASK_DOES_NOT_EXIST = 1;
    private static final int LUN_DOES_NOT_EXIST = 2;
    private static final int REASSIGNMENT_NOT_SUPPORTED = 4;
    private static final int FUNCTION_NOT_SUPPORTED = 5;

    private final Session session;
    private final DataConnection connection;
    private final ScsiDevice device;
    private final NexusTasks nexus;
    private int outstanding;
    private boolean closed;

    TaskManagement(Session session, ScsiDevice device, NexusTasks nexus) {
        this.session = session;
        connection = session.connection();
        this.device = device;
        this.nexus = nexus;
    }

    /** A request whose turn it is; returns why it is rejected, or null. */
    @Nullable RejectReason request(Pdu pdu) {
        if (outstanding >= session.limits().immediateCommandsMax()) {
            return RejectReason.IMMEDIATE_COMMAND_REJECT;
        }
        outstanding++;
        int tag = pdu.initiatorTaskTag();
        int function = pdu.byteAt(1) & 0x7f;
        long lun = pdu.longAt(8);
        switch (function) {
            case ABORT_TASK -> abortTask(pdu, tag, lun);
            case ABORT_TASK_SET, CLEAR_TASK_SET, LOGICAL_UNIT_RESET ->
                    onUnit(function, tag, lun, pdu.intAt(24));
            case TARGET_WARM_RESET -> device.reset(nexus, () -> answerLater(tag, false));
            case TARGET_COLD_RESET -> device.reset(nexus, () -> answerLater(tag, true));
            case TASK_REASSIGN -> answer(tag, REASSIGNMENT_NOT_SUPPORTED);
            default -> answer(tag, FUNCTION_NOT_SUPPORTED);
        }
        return null;
    }

    /** RFC 7143, 11.6.1 a) to c). */
    private void abortTask(Pdu pdu, int tag, long lun) {
        int referenced = pdu.intAt(20);
        Task task = nexus.commands().find(referenced);
        if (task != null && task.lun == lun) {
            nexus.abort(other -> other == task, () -> answerLater(tag, false));
            return;
        }
        CommandWindow window = session.window();
        int refCmdSn = pdu.intAt(32);
        boolean notYetHere =
                task == null
                        && (window.dropHeld(referenced)
                                || (refCmdSn - pdu.intAt(24) < 0 && window.skip(refCmdSn)));
        answer(tag, notYetHere ? COMPLETE : TASK_DOES_NOT_EXIST);
    }

    /**
     * One task set a nexus and logical unit (TST 001b): clearing it is aborting it, and no other
     * nexus hears of it (SAM-5, 7.3 and 7.4).
     */
    private void onUnit(int function, int tag, long lun, int cmdSn) {
        if (!device.exists(lun)) {
            answer(tag, LUN_DOES_NOT_EXIST);
            return;
        }
        Runnable done = () -> answerLater(tag, false);
        if (function == LOGICAL_UNIT_RESET) {
            device.resetUnit(lun, nexus, done);
            return;
        }
        LogicalUnit unit = device.unit(lun);
        nexus.abort(task -> task.isFor(unit) && task.cmdSn - cmdSn <= 0, done);
    }

    /** What was asked for is done. Any thread. */
    private void answerLater(int tag, boolean cold) {
        EventLoop loop = connection.eventLoop();
        if (!loop.inEventLoop()) {
            try {
                loop.execute(() -> answerLater(tag, cold));
            } catch (RejectedExecutionException stopped) {
                return;
            }
            return;
        }
        answer(tag, COMPLETE);
        connection.flushSoon();
        if (cold) {
            session.closeTarget("TARGET COLD RESET");
        }
    }

    private void answer(int tag, int response) {
        outstanding--;
        if (closed) {
            return;
        }
        PduEncoder encoder = connection.encoder();
        ByteBuf out = connection.output().room(encoder.lengthOf(0));
        encoder.numbers(connection.takeStatSn(), session.expCmdSn(), session.maxCmdSn());
        encoder.taskManagementResponse(out, tag, response);
    }

    /** The connection is gone. */
    void close() {
        closed = true;
    }
}
