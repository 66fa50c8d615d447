package io.stemma.server.scsi;

import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A SCSI target device with its logical units (SAM-5, 4.5.6). Lookups read an immutable snapshot;
 * mapping is rare and locked.
 *
 * <p><b>Which nexus meets a unit attention 29h.</b> One whose initiator port had a nexus here
 * before (I_T NEXUS LOSS OCCURRED), and every nexus after a reset. A port that was never here meets
 * none: it has nothing here that could have been lost, and an initiator that outlives a restart of
 * this process learns of it from its connection, which cannot survive that. Linux's own target does
 * the same; the plain initiators that give up at a first CHECK CONDITION (jSCSI's among them) work
 * with it.
 */
public final class TargetDevice {
    /** Highest LUN that flat space addressing can name (SAM-5, 4.7.7.3). */
    public static final int LUN_MAX = 0x3fff;

    /** All portals are of one group, so each target has one port (RFC 7143, 4.4.2). */
    public static final int PORTAL_GROUP_TAG = 1;

    /**
     * Initiator ports remembered after their nexus ended; the one seen longest ago is forgotten.
     */
    private static final int FORMER_PORTS_MAX = 4096;

    private final String name;
    private final int relativePort;
    private final Set<Nexus> nexuses = ConcurrentHashMap.newKeySet();
    private final Map<String, Boolean> formerPorts = new LinkedHashMap<>();
    private volatile Snapshot snapshot = Snapshot.of(Map.of());

    /** The mapped logical units at one time. */
    private static final class Snapshot {
        private final Map<Integer, MappedUnit> units;

        /** The same for the hot path: null where nothing is mapped. */
        private final @Nullable MappedUnit[] byNumber;

        private Snapshot(Map<Integer, MappedUnit> units, @Nullable MappedUnit[] byNumber) {
            this.units = units;
            this.byNumber = byNumber;
        }

        static Snapshot of(Map<Integer, MappedUnit> units) {
            int length = units.keySet().stream().mapToInt(lun -> lun + 1).max().orElse(0);
            @Nullable MappedUnit[] byNumber = new MappedUnit[length];
            units.forEach((lun, unit) -> byNumber[lun] = unit);
            return new Snapshot(Collections.unmodifiableMap(units), byNumber);
        }
    }

    /**
     * Makes a target device without logical units.
     *
     * @param name its SCSI device name, which for iSCSI is the target's name (RFC 7143, 4.2.7)
     * @param relativePort relative identifier of its one port, 1 to 65,535, unique in the server:
     *     logical units are shared between targets, and hosts tell their paths by it
     */
    public TargetDevice(String name, int relativePort) {
        Invariant.check(relativePort > 0 && relativePort <= 0xffff, "a port has 16 bits");
        this.name = name;
        this.relativePort = relativePort;
    }

    /** Its SCSI device name. */
    public String name() {
        return name;
    }

    /** Name of its one port: target name, ",t,0x", portal group tag (RFC 7143, 4.4.2). */
    public String portName() {
        return String.format(Locale.ROOT, "%s,t,0x%04x", name, PORTAL_GROUP_TAG);
    }

    /** Relative identifier of its port. */
    public int relativePort() {
        return relativePort;
    }

    /**
     * Runs a command on the logical unit that {@code lun} addresses; one that does not exist
     * answers what SPC-5 wants of an incorrect logical unit number.
     *
     * @param lun the eight bytes of the LUN field (SAM-5, 4.6)
     */
    public void execute(long lun, ScsiTask task) {
        execute(mapped(lun), lun, task);
    }

    /** The same for a transport that has to know which logical unit it was. */
    public void execute(@Nullable MappedUnit mapped, long lun, ScsiTask task) {
        if (mapped != null) {
            task.mapped(mapped);
            mapped.unit().execute(task);
        } else {
            executeWithoutUnit(lun, task);
        }
    }

    /** SPC-5: what answers where no logical unit is; LUN 0 tells the inventory. */
    private void executeWithoutUnit(long lun, ScsiTask task) {
        int operationCode = task.cdb()[0] & 0xff;
        if (operationCode == 0x12) {
            Inquiry.noUnit(task);
        } else if (operationCode == 0xa0 && lun == 0) {
            ReportLuns.report(this, task, false);
        } else if (operationCode == 0x03) {
            RequestSense.send(
                    task, SenseKey.ILLEGAL_REQUEST, AdditionalSense.LOGICAL_UNIT_NOT_SUPPORTED);
        } else {
            Sense.check(
                    task,
                    false,
                    SenseKey.ILLEGAL_REQUEST,
                    AdditionalSense.LOGICAL_UNIT_NOT_SUPPORTED);
        }
    }

    /** The logical unit, or null where none is mapped. */
    public @Nullable LogicalUnit unit(long lun) {
        MappedUnit mapped = mapped(lun);
        return mapped == null ? null : mapped.unit();
    }

    /** The logical unit and how it is mapped, or null where none is. */
    public @Nullable MappedUnit mapped(long lun) {
        int number = ReportLuns.number(lun);
        @Nullable MappedUnit[] units = snapshot.byNumber;
        return number >= 0 && number < units.length ? units[number] : null;
    }

    /**
     * Bytes of data out that a CDB asks for, judged before any memory is spent on gathering them.
     *
     * @return 0 if it takes none or will be refused; at most {@code Limits.TRANSFER_BYTES_MAX}
     */
    public int dataOutLength(long lun, byte[] cdb) {
        LogicalUnit unit = unit(lun);
        return unit == null ? 0 : unit.dataOutLength(cdb);
    }

    /**
     * Maps a logical unit; existing nexuses get REPORTED LUNS DATA HAS CHANGED.
     *
     * @param lun 0 to {@link #LUN_MAX}, free
     * @param readOnly whether commands that come this way may change nothing
     */
    public synchronized void map(int lun, LogicalUnit unit, boolean readOnly) {
        Invariant.check(lun >= 0 && lun <= LUN_MAX, "a LUN has 14 bits");
        TreeMap<Integer, MappedUnit> next = new TreeMap<>(snapshot.units);
        MappedUnit mapped = new MappedUnit(this, lun, unit, readOnly);
        Invariant.check(next.put(lun, mapped) == null, "a LUN is mapped once");
        unit.mapped(mapped);
        nexuses.forEach(nexus -> unit.attach(nexus, false));
        snapshot = Snapshot.of(next);
        inventoryChanged();
    }

    /** Unmaps; tasks in flight are aborted, which this does not wait for. */
    public void unmap(int lun) {
        unmap(lun, () -> {});
    }

    /**
     * Unmaps; new commands find nothing there at once, tasks that came through this target are
     * aborted.
     *
     * @param done runs once, on any thread, when no storage operation of theirs remains
     */
    public synchronized void unmap(int lun, Runnable done) {
        TreeMap<Integer, MappedUnit> next = new TreeMap<>(snapshot.units);
        MappedUnit mapped = next.remove(lun);
        if (mapped == null) {
            done.run();
            return;
        }
        snapshot = Snapshot.of(next);
        inventoryChanged();
        LogicalUnit unit = mapped.unit();
        List<Nexus> here = List.copyOf(nexuses);
        unit.unmapped(mapped);
        unit.abort(
                here,
                () -> {
                    detach(unit, here);
                    done.run();
                });
    }

    /** Not before their tasks are gone: whoever aborts those of all has to wait for them too. */
    private synchronized void detach(LogicalUnit unit, List<Nexus> gone) {
        boolean mappedAgain = distinctUnits().anyMatch(unit::equals);
        for (Nexus nexus : gone) {
            if (!mappedAgain || !nexuses.contains(nexus)) {
                unit.detach(nexus);
            }
        }
    }

    private Stream<LogicalUnit> distinctUnits() {
        return snapshot.units.values().stream().map(MappedUnit::unit).distinct();
    }

    /**
     * Whether a nexus, or another of the same initiator that proved itself as the same user, is
     * here now.
     */
    boolean reachedAs(Nexus other) {
        return nexuses.contains(other) || nexuses.stream().anyMatch(other::sameInitiator);
    }

    private void inventoryChanged() {
        for (MappedUnit mapped : snapshot.units.values()) {
            nexuses.forEach(nexus -> mapped.unit().tell(nexus, UnitAttention.REPORTED_LUNS));
        }
    }

    /** A nexus was told the inventory: it need not hear of changes before (SPC-5). */
    void inventorySeen(Nexus nexus) {
        for (MappedUnit mapped : snapshot.units.values()) {
            mapped.unit().attentions().clear(nexus, UnitAttention.REPORTED_LUNS);
        }
    }

    /** All mapped logical units by number. */
    public Map<Integer, MappedUnit> units() {
        return snapshot.units;
    }

    /** A nexus begins. What it finds pending is said at the head of this class. */
    public synchronized void attach(Nexus nexus) {
        boolean hadOneBefore =
                formerPorts.remove(nexus.initiatorPort()) != null
                        || nexuses.stream()
                                .anyMatch(old -> old.initiatorPort().equals(nexus.initiatorPort()));
        nexuses.add(nexus);
        distinctUnits().forEach(unit -> unit.attach(nexus, hadOneBefore));
    }

    /** A nexus ends; its tasks are gone by now. */
    public synchronized void detach(Nexus nexus) {
        nexuses.remove(nexus);
        distinctUnits().forEach(unit -> unit.detach(nexus));
        formerPorts.remove(nexus.initiatorPort());
        formerPorts.put(nexus.initiatorPort(), true);
        if (formerPorts.size() > FORMER_PORTS_MAX) {
            formerPorts.remove(formerPorts.keySet().iterator().next());
        }
    }

    /** TARGET WARM RESET or COLD RESET: every logical unit is reset (SAM-5, 7.6 and 7.7). */
    public void reset(Nexus from, Runnable done) {
        List<LogicalUnit> units = distinctUnits().toList();
        AtomicInteger left = new AtomicInteger(units.size() + 1);
        Runnable one =
                () -> {
                    if (left.decrementAndGet() == 0) {
                        done.run();
                    }
                };
        units.forEach(unit -> unit.reset(UnitAttention.HARD_RESET, one));
        one.run();
    }
}
