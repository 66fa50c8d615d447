package io.stemma.server.iscsi.session;

import io.netty.channel.EventLoop;
import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;

/**
 * All sessions of all targets. Decides at the end of a login whether there is room, which TSIH the
 * session gets, and which older session it replaces (RFC 7143, 6.3.5). Any thread; locked, because
 * logins are rare.
 */
public final class SessionDirectory implements SessionAdmission {
    private static final int TSIH_MAX = 0xffff;

    private final FullFeaturePhase phase;
    private final SessionLimits limits;
    private final Map<Integer, Session> byTsih = new HashMap<>();
    private final Map<Initiator, Session> byInitiator = new HashMap<>();
    private final MemoryBudget memory;
    private final Map<String, Share> shares = new HashMap<>();

    /** Names without a session whose last answers still hold memory; few, and for seconds. */
    private final Set<String> leaving = new HashSet<>();

    private int lastTsih;

    /**
     * Who is reinstated: initiator port and target.
     *
     * @param name iSCSI name
     * @param isid 48 bits
     * @param target name
     */
    private record Initiator(String name, long isid, String target) {
        static Initiator of(LoginOutcome outcome) {
            TargetNode target = outcome.target();
            return new Initiator(
                    outcome.initiatorName(), outcome.isid(), target == null ? "" : target.name());
        }
    }

    /** What all sessions of one initiator name may take of the memory. */
    private static final class Share {
        private final MemoryBudget budget;
        private int sessions;

        Share(MemoryBudget budget) {
            this.budget = budget;
        }
    }

    /**
     * An empty directory.
     *
     * @param phase what sessions do after login
     */
    public SessionDirectory(FullFeaturePhase phase, SessionLimits limits) {
        this.phase = phase;
        this.limits = limits;
        memory = new MemoryBudget(limits.allGatherBytesMax());
    }

    /** Memory for data in transfer that all sessions share. */
    public MemoryBudget memory() {
        return memory;
    }

    /** The bounds of every session. */
    public SessionLimits limits() {
        return limits;
    }

    @Override
    public Admission admit(LoginOutcome outcome, Connection connection) {
        Invariant.check(outcome.target() != null, "a session that is admitted has a target");
        Session session;
        Session old;
        synchronized (this) {
            if (outcome.tsih() != 0) {
                return new Refused(
                        byTsih.containsKey(outcome.tsih())
                                ? LoginStatus.TOO_MANY_CONNECTIONS
                                : LoginStatus.SESSION_DOES_NOT_EXIST);
            }
            if (byTsih.size() >= Math.min(limits.sessionsMax(), TSIH_MAX)) {
                return new Refused(LoginStatus.OUT_OF_RESOURCES);
            }
            Initiator initiator = Initiator.of(outcome);
            old = byInitiator.get(initiator);
            DataConnection data = (DataConnection) connection;
            MemoryBudget share = share(outcome.initiatorName());
            session = new Session(this, phase, data, outcome, freeTsih(), old, share);
            byTsih.put(session.tsih(), session);
            byInitiator.put(initiator, session);
        }
        if (old != null) {
            old.close("reinstated by a new login");
        }
        try {
            return new Admitted(session.tsih(), session.maxCmdSn(), session.begin());
        } catch (RuntimeException | OutOfMemoryError ours) {
            // Its connection never learns of a session that did not begin.
            session.ended();
            throw ours;
        }
    }

    /** One more session of that initiator. */
    private MemoryBudget share(String initiatorName) {
        forgetShares();
        Share share = shares.computeIfAbsent(initiatorName, name -> new Share(memory.share()));
        share.sessions++;
        return share.budget;
    }

    private int freeTsih() {
        do {
            lastTsih = lastTsih % TSIH_MAX + 1;
        } while (byTsih.containsKey(lastTsih));
        return lastTsih;
    }

    synchronized void remove(Session session) {
        byTsih.remove(session.tsih(), session);
        byInitiator.remove(Initiator.of(session.outcome()), session);
        String name = session.outcome().initiatorName();
        Share share = shares.get(name);
        if (share != null && --share.sessions == 0) {
            leaving.add(name);
            forgetShares();
        }
    }

    /** What a former session still holds counts for the next one of its initiator. */
    private void forgetShares() {
        leaving.removeIf(
                name -> {
                    Share share = shares.get(name);
                    return share == null
                            || share.sessions > 0
                            || (share.budget.used() == 0 && shares.remove(name, share));
                });
    }

    /** All sessions now. */
    public synchronized List<Session> sessions() {
        return List.copyOf(byTsih.values());
    }

    /** The session of that handle, or null. */
    public synchronized @Nullable Session session(int tsih) {
        return byTsih.get(tsih);
    }

    /**
     * Drops all sessions of a target, or of all where null is given; initiators are told.
     *
     * @param done runs when the last of them has ended, on any thread
     */
    public void closeSessions(@Nullable String targetName, String reason, Runnable done) {
        List<Session> concerned =
                sessions().stream().filter(s -> belongsTo(s, targetName)).toList();
        Countdown left = new Countdown(concerned.size() + 1, done);
        for (Session session : concerned) {
            session.whenEnded(left::count);
            session.drop(reason);
        }
        left.count();
    }

    private static boolean belongsTo(Session session, @Nullable String targetName) {
        TargetNode target = session.outcome().target();
        return targetName == null || (target != null && target.name().equals(targetName));
    }

    /** Runs on a loop; here and now where the loop ended or is the current one. */
    void run(EventLoop loop, Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
            return;
        }
        try {
            loop.execute(action);
        } catch (RejectedExecutionException ended) {
            action.run();
        }
    }
}
