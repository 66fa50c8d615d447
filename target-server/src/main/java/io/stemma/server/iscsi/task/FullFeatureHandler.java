package io.stemma.server.iscsi.task;

import io.netty.buffer.ByteBuf;
import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.pdu.Opcode;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.RejectReason;
import io.stemma.server.iscsi.session.CommandWindow;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.DataConnection;
import io.stemma.server.iscsi.session.FullFeaturePhase;
import io.stemma.server.iscsi.session.PhaseHandler;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.session.TextService;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Objects;

/**
 * Full feature phase of one connection: asks the command window whether a PDU's turn has come and
 * makes the only switch on its opcode.
 */
public final class FullFeatureHandler implements PhaseHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FullFeatureHandler.class);

    private final Session session;
    private final DataConnection connection;
    private final CommandWindow window;
    private final ScsiDevice device;
    private final NexusTasks nexus;
    private final Commands commands;
    private final TaskManagement management;
    private final SessionControl control;
    private final TextService text;
    private final SessionMeter meter;
    private final SecondTicks ticks;
    private final Runnable second = this::second;
    private boolean heard = true;
    private boolean attached;
    private boolean closed;

    private FullFeatureHandler(
            Session session,
            ScsiDevice device,
            TextService text,
            SessionMeter meter,
            SecondTicks ticks) {
        this.session = session;
        this.ticks = ticks;
        this.device = device;
        this.text = text;
        this.meter = meter;
        connection = session.connection();
        window = session.window();
        nexus =
                new NexusTasks(
                        session,
                        connection.eventLoop(),
                        device,
                        session.limits().dataOutSeconds(),
                        meter);
        commands = nexus.commands();
        management = new TaskManagement(session, device, nexus);
        control = new SessionControl(session);
        session.afterPredecessor(this::attach);
        ticks.join(connection.eventLoop(), second);
    }

    /** Two sessions of one initiator port are never attached together. */
    private void attach() {
        attached = !closed;
        if (attached) {
            device.attach(nexus);
        }
    }

    /** The phase for sessions that reach the device of their target node. */
    public static FullFeaturePhase phase(TextService.Factory texts) {
        return phase(texts, CommandMeter.NONE);
    }

    /** The same with commands counted. */
    public static FullFeaturePhase phase(TextService.Factory texts, CommandMeter meter) {
        SecondTicks ticks = SecondTicks.ofThread();
        return (session, connection) -> {
            TargetNode target = Objects.requireNonNull(session.outcome().target());
            return new FullFeatureHandler(
                    session,
                    ScsiDevice.of(target.device()),
                    texts.open(session),
                    meter.open(session),
                    ticks);
        };
    }

    /** The phase for sessions that all reach one device. */
    static FullFeaturePhase phase(TextService.Factory texts, ScsiDevice device) {
        return phase(texts, device, CommandMeter.NONE);
    }

    /** The same with commands counted. */
    static FullFeaturePhase phase(
            TextService.Factory texts, ScsiDevice device, CommandMeter meter) {
        SecondTicks ticks = SecondTicks.ofLoops();
        return (session, connection) ->
                new FullFeatureHandler(
                        session, device, texts.open(session), meter.open(session), ticks);
    }

    @Override
    public void pdu(Connection from, Pdu pdu) {
        heard = true;
        Opcode opcode = Objects.requireNonNull(pdu.type());
        if (opcode.numbered() && !pdu.immediate() && !due(pdu)) {
            return;
        }
        perform(opcode, pdu, connection.readNanos());
        performHeld();
    }

    private boolean due(Pdu pdu) {
        int cmdSn = pdu.intAt(24);
        switch (window.judge(cmdSn)) {
            case DUE -> {
                window.advance();
                return true;
            }
            case EARLY -> {
                long now = connection.readNanos();
                window.hold(cmdSn, pdu.copy(connection.allocator()), now);
            }
            case IGNORED -> {}
        }
        return false;
    }

    private void performHeld() {
        for (ByteBuf held = window.takeDue(); held != null; held = window.takeDue()) {
            try {
                Pdu pdu = Pdu.of(held);
                perform(Objects.requireNonNull(pdu.type()), pdu, window.takenNanos());
            } finally {
                held.release();
            }
        }
    }

    private void perform(Opcode opcode, Pdu pdu, long receivedNanos) {
        @Nullable RejectReason refused = null;
        switch (opcode) {
            case SCSI_COMMAND -> refused = commands.begin(pdu, receivedNanos);
            case SCSI_DATA_OUT -> commands.dataOut(pdu, true);
            case NOP_OUT -> control.nopOut(pdu);
            case TASK_MANAGEMENT_REQUEST -> refused = management.request(pdu);
            case TEXT_REQUEST -> refused = text.text(connection, session, pdu);
            case LOGOUT_REQUEST -> control.logout(pdu);
            case SNACK_REQUEST -> refused = RejectReason.SNACK_REJECT;
            case LOGIN_REQUEST -> {
                control.reject(pdu, RejectReason.PROTOCOL_ERROR);
                connection.close("login in full feature phase");
            }
            default -> Invariant.check(false, "the decoder passes what an initiator sends");
        }
        if (refused != null) {
            control.reject(pdu, refused);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>A damaged Data-Out ends its command once the rest of its data was swallowed (RFC 7143,
     * 7.8). A damaged PDU with a CmdSN leaves a gap that only a retry could fill; at error recovery
     * level 0 there are no retries, so the connection ends and the session recovers.
     */
    @Override
    public void rejected(Connection from, Pdu pdu, RejectReason reason) {
        heard = true;
        control.reject(pdu, reason);
        Opcode opcode = pdu.type();
        if (reason != RejectReason.DATA_DIGEST_ERROR || opcode == null) {
            return;
        }
        if (opcode == Opcode.SCSI_DATA_OUT) {
            commands.dataOut(pdu, false);
        } else if (opcode.numbered() && !pdu.immediate()) {
            connection.close("data digest error in a numbered PDU");
        }
    }

    @Override
    public void readComplete(Connection from) {
        commands.settle();
    }

    @Override
    public void sent(Connection from) {
        meter.sent();
    }

    private void second() {
        try {
            pass();
        } catch (RuntimeException | OutOfMemoryError ours) {
            LOG.error("a session is closed after a fault of our own", ours);
            connection.close("internal fault");
        }
    }

    private void pass() {
        // Until its predecessor has ended a session is not read from, so its silence means nothing.
        if (heard || !attached) {
            heard = false;
            control.heard();
        } else {
            control.quietSecond();
        }
        commands.tick();
    }

    @Override
    public void closed(Connection from) {
        closed = true;
        ticks.leave(connection.eventLoop(), second);
        commands.close();
        management.close();
        window.close();
        nexus.abort(task -> true, this::drained);
    }

    private void drained() {
        if (attached) {
            device.detach(nexus);
        }
        meter.close();
        session.ended();
    }
}
