package io.stemma.server.iscsi.session;

import io.netty.buffer.ByteBuf;
import io.stemma.server.iscsi.pdu.PduEncoder;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * A session (RFC 7143, 4.4) with its one connection. It ends when its connection is closed and the
 * last of its tasks has left the storage; only then its successor's first command runs. Belongs to
 * the connection's event loop, except where a method says otherwise.
 */
public final class Session {
    /** AsyncEvent: the target asks for a logout (RFC 7143, 11.9.1). */
    private static final int LOGOUT_REQUESTED = 1;

    /** AsyncEvent: the target drops all connections of the session. */
    private static final int DROPS_SESSION = 3;

    private final SessionDirectory directory;
    private final FullFeaturePhase phase;
    private final DataConnection connection;
    private final LoginOutcome outcome;
    private final int tsih;
    private final CommandWindow window;
    private final @Nullable Session replaced;
    private final MemoryBudget memory;
    private final List<Runnable> whenEnded = new ArrayList<>();
    private volatile boolean ended;

    Session(
            SessionDirectory directory,
            FullFeaturePhase phase,
            DataConnection connection,
            LoginOutcome outcome,
            int tsih,
            @Nullable Session replaced,
            MemoryBudget memory) {
        this.directory = directory;
        this.phase = phase;
        this.connection = connection;
        this.outcome = outcome;
        this.tsih = tsih;
        this.replaced = replaced;
        this.memory = memory;
        SessionLimits limits = directory.limits();
        window = new CommandWindow(outcome.cmdSn(), limits.commandWindow(), limits.heldBytesMax());
    }

    /** What login found out. Any thread. */
    public LoginOutcome outcome() {
        return outcome;
    }

    /** Target session identifying handle, 1 to 65,535. Any thread. */
    public int tsih() {
        return tsih;
    }

    /** Its connection. Any thread. */
    public DataConnection connection() {
        return connection;
    }

    /** The bounds that hold for it. Any thread. */
    public SessionLimits limits() {
        return directory.limits();
    }

    /** Memory for data in transfer that the sessions of this initiator share. Any thread. */
    public MemoryBudget memory() {
        return memory;
    }

    /** Which commands are due. */
    public CommandWindow window() {
        return window;
    }

    /** ExpCmdSN. */
    public int expCmdSn() {
        return window.expCmdSn();
    }

    /** MaxCmdSN. */
    public int maxCmdSn() {
        return window.maxCmdSn();
    }

    /**
     * The session begins; the last Login Response is sent after this. PDUs behind the login wait
     * while tasks of the session that this one replaces remain.
     */
    PhaseHandler begin() {
        connection.loggedIn();
        if (replaced == null) {
            return phase.begin(this, connection);
        }
        // Also where that session ends just now: what the phase asked for may still be on its way.
        connection.pause(DataConnection.Pause.REINSTATEMENT);
        PhaseHandler next = phase.begin(this, connection);
        afterPredecessor(() -> connection.resume(DataConnection.Pause.REINSTATEMENT));
        return next;
    }

    /**
     * Runs something on the event loop once the session that this one replaces has ended; at once
     * where there is none. What was asked for first runs first, and before PDUs are delivered.
     */
    public void afterPredecessor(Runnable action) {
        Session old = replaced;
        if (old == null) {
            action.run();
        } else {
            old.whenEnded(() -> directory.run(connection.eventLoop(), action));
        }
    }

    /**
     * For the phase: the connection is closed and no task remains. A session that itself waited for
     * its predecessor ends no earlier than that one.
     */
    public void ended() {
        Session old = replaced;
        if (old != null && !old.ended) {
            old.whenEnded(this::ended);
            return;
        }
        List<Runnable> waiting;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            waiting = List.copyOf(whenEnded);
            whenEnded.clear();
        }
        directory.remove(this);
        waiting.forEach(Runnable::run);
    }

    /** Runs something once the session has ended, perhaps at once. Any thread. */
    public void whenEnded(Runnable action) {
        synchronized (this) {
            if (!ended) {
                whenEnded.add(action);
                return;
            }
        }
        action.run();
    }

    /** Asks the initiator to log out within some seconds (RFC 7143, 11.9.1). Any thread. */
    public void requestLogout(int seconds) {
        directory.run(connection.eventLoop(), () -> message(LOGOUT_REQUESTED, 0, 0, seconds));
    }

    /** Tells the initiator that the session is dropped, and drops it. Any thread. */
    public void drop(String reason) {
        directory.run(
                connection.eventLoop(),
                () -> {
                    message(DROPS_SESSION, 0, outcome.parameters().defaultTime2Wait(), 0);
                    connection.close(reason);
                });
    }

    /** Drops every session of this one's target, itself included. Any thread. */
    public void closeTarget(String reason) {
        TargetNode target = outcome.target();
        if (target != null) {
            directory.closeSessions(target.name(), reason, () -> {});
        }
    }

    /** Closes the connection without a word. Any thread. */
    public void close(String reason) {
        connection.close(reason);
    }

    private void message(int event, int parameter1, int parameter2, int parameter3) {
        if (ended) {
            return;
        }
        PduEncoder encoder = connection.encoder();
        encoder.numbers(connection.takeStatSn(), expCmdSn(), maxCmdSn());
        ByteBuf out = connection.output().room(encoder.lengthOf(0));
        encoder.asynchronousMessage(out, event, parameter1, parameter2, parameter3);
        connection.flush();
    }
}
