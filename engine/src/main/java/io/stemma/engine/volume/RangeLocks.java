package io.stemma.engine.volume;

import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Exclusive holds on ranges of one volume, and the plain requests that meet them. Everybody has a
 * ticket. A plain request waits for overlapping locks with a lower ticket; a lock waits for
 * overlapping locks and plain requests with a lower ticket, and for all that were under way unseen
 * when it was asked for. So nobody overtakes and nobody starves.
 *
 * <p>Only while a lock is asked for or held do plain requests come here at all: the volume's flag
 * says so. Short critical sections; what was set free runs outside of them.
 */
final class RangeLocks {
    /** What became of a plain request. */
    enum Outcome {
        /** It may go on, and counts as under way until {@link #ended}. */
        PASSED,
        /** It will be told to go on. */
        WAITING,
        /** Too many wait. */
        REFUSED,
        /** It would have to wait, and the volume serves no more. */
        GONE
    }

    private static final class Claim {
        final RangeLock lock;
        final long ticket;
        boolean drained;
        boolean granted;

        Claim(RangeLock lock, long ticket) {
            this.lock = lock;
            this.ticket = ticket;
        }

        @SuppressWarnings("ReferenceEquality") // A lock is itself, whatever its class calls equal.
        boolean isOf(RangeLock other) {
            return lock == other;
        }

        boolean overlaps(Operation operation) {
            long first = operation.request().firstBlock();
            return first < lock.range().endBlock()
                    && lock.range().firstBlock() < first + operation.request().blockCount();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(RangeLocks.class);

    /** Locks whose holders this thread has yet to tell; null where it is not telling any. */
    private static final ThreadLocal<@Nullable ArrayDeque<RangeLock>> TELLING = new ThreadLocal<>();

    private final Admission admission;
    private final List<Claim> claims = new ArrayList<>();
    private final List<Operation> underWay = new ArrayList<>();
    private final List<Operation> waiting = new ArrayList<>();
    private long nextTicket;

    RangeLocks(Admission admission) {
        this.admission = admission;
    }

    /** A lock is asked for; its holder hears of it when it is granted. */
    void claim(RangeLock lock) {
        Claim claim;
        synchronized (this) {
            claim = new Claim(lock, nextTicket++);
            claims.add(claim);
            admission.raise(Admission.LOCKS);
        }
        // Whoever entered before saw no flag and is not registered here.
        admission
                .epochs()
                .drain(
                        () -> {
                            synchronized (this) {
                                claim.drained = true;
                            }
                            settle();
                        });
    }

    /** A plain request arrives while the flag is up. */
    synchronized Outcome pass(Operation operation) {
        operation.ticket = nextTicket++;
        for (Claim claim : claims) {
            if (claim.overlaps(operation)) {
                // It may have entered before the flag; those told to wait were refused by then.
                if (admission.refuses()) {
                    return Outcome.GONE;
                }
                if (waiting.size() >= Limits.RANGE_WAITERS_MAX) {
                    return Outcome.REFUSED;
                }
                waiting.add(operation);
                return Outcome.WAITING;
            }
        }
        begin(operation);
        return Outcome.PASSED;
    }

    private void begin(Operation operation) {
        operation.registered = true;
        underWay.add(operation);
    }

    /** A registered request ended. */
    void ended(Operation operation) {
        synchronized (this) {
            operation.registered = false;
            boolean known = underWay.remove(operation);
            Invariant.check(known, "a registered request is under way");
        }
        settle();
    }

    /** Whether the lock is granted and covers the request. */
    synchronized boolean covers(RangeLock lock, Operation operation) {
        long first = operation.request().firstBlock();
        for (Claim claim : claims) {
            if (claim.isOf(lock)) {
                return claim.granted
                        && first >= lock.range().firstBlock()
                        && first + operation.request().blockCount() <= lock.range().endBlock();
            }
        }
        return false;
    }

    /** A lock is given back. */
    void release(RangeLock lock) {
        synchronized (this) {
            boolean known = claims.removeIf(claim -> claim.isOf(lock) && claim.granted);
            Invariant.check(known, "only a granted lock is given back");
            if (claims.isEmpty()) {
                admission.lower(Admission.LOCKS);
            }
        }
        settle();
    }

    /** The volume serves no more: those that wait are to meet its refusal. */
    void refuseWaiting() {
        List<Operation> refused;
        synchronized (this) {
            refused = new ArrayList<>(waiting);
            waiting.clear();
        }
        for (Operation operation : refused) {
            operation.onIo(Admission::admit);
        }
    }

    private void settle() {
        List<Operation> freed = new ArrayList<>();
        List<Claim> granted = new ArrayList<>();
        synchronized (this) {
            free(freed);
            grant(granted);
        }
        for (Operation operation : freed) {
            operation.onIo(Admission::admitPastLocks);
        }
        tell(granted);
    }

    /** One after the other: a holder that gives its blocks back at once must not nest the next. */
    private static void tell(List<Claim> granted) {
        if (granted.isEmpty()) {
            return;
        }
        ArrayDeque<RangeLock> outer = TELLING.get();
        if (outer != null) {
            granted.forEach(claim -> outer.add(claim.lock));
            return;
        }
        ArrayDeque<RangeLock> left = new ArrayDeque<>();
        granted.forEach(claim -> left.add(claim.lock));
        TELLING.set(left);
        try {
            for (RangeLock lock = left.poll(); lock != null; lock = left.poll()) {
                tell(lock);
            }
        } finally {
            TELLING.remove();
        }
    }

    private static void tell(RangeLock lock) {
        try {
            lock.granted();
        } catch (RuntimeException theirs) {
            LOG.error("the holder of a range lock failed", theirs);
        }
    }

    private void free(List<Operation> freed) {
        for (Iterator<Operation> each = waiting.iterator(); each.hasNext(); ) {
            Operation operation = each.next();
            if (!lockedBefore(operation.ticket, operation)) {
                each.remove();
                begin(operation);
                freed.add(operation);
            }
        }
    }

    private boolean lockedBefore(long ticket, Operation operation) {
        for (Claim claim : claims) {
            if (claim.ticket < ticket && claim.overlaps(operation)) {
                return true;
            }
        }
        return false;
    }

    private void grant(List<Claim> granted) {
        for (Claim claim : claims) {
            if (claim.drained && !claim.granted && isFree(claim)) {
                claim.granted = true;
                granted.add(claim);
            }
        }
    }

    private boolean isFree(Claim claim) {
        for (Claim other : claims) {
            if (other.ticket < claim.ticket && other.lock.range().overlaps(claim.lock.range())) {
                return false;
            }
        }
        return !meets(claim, underWay) && !meets(claim, waiting);
    }

    private static boolean meets(Claim claim, List<Operation> operations) {
        for (Operation operation : operations) {
            if (operation.ticket < claim.ticket && claim.overlaps(operation)) {
                return true;
            }
        }
        return false;
    }
}
