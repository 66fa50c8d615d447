package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.volume.SpaceState;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeListener;
import io.stemma.server.scsi.CommandRow.Access;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A logical unit (SAM-5, 4.5.19): executes commands on a volume. There is one for each volume, on
 * every path that leads to it, so that resets, mode pages and reservations are the same on all.
 * What every command reads is one immutable {@link UnitState}; changes of it are rare and locked.
 */
public final class LogicalUnit {
    private static final int NACA = 0x04;

    private final Volume volume;
    private final UnitServices services;
    private final UnitAttentions attentions = new UnitAttentions();
    private final Transfer transfer = new Transfer(this);
    private final BackgroundFlush backgroundFlush;
    private final ReadAhead readAhead;
    private final SelfTests selfTests;
    private final Reservations reservations;
    private final VolumeListener listener = new Listener();
    private volatile UnitState state;

    /** The same for mappings that forbid changes. */
    private volatile UnitState readOnlyState;

    /** Who changes the write cache by MODE SELECT just now, and need not be told. */
    private volatile @Nullable Nexus cacheChanger;

    private final CopyRecords copies = new CopyRecords();
    private final Sanitization sanitization;
    private volatile List<MappedUnit> ways = List.of();
    private volatile TargetPortList ports = TargetPortList.NONE;

    /** The logical unit of a volume, to be mapped by {@link TargetDevice#map}. */
    public LogicalUnit(Volume volume, UnitServices services) {
        this.volume = volume;
        this.services = services;
        backgroundFlush = new BackgroundFlush(volume);
        readAhead = new ReadAhead(volume);
        selfTests = new SelfTests(volume);
        sanitization = new Sanitization(volume, services);
        reservations = new Reservations(this, services);
        state = UnitState.of(volume.geometry(), false);
        readOnlyState = UnitState.of(volume.geometry(), true);
    }

    /** Told by the volume; what changes there is told the hosts. */
    private final class Listener implements VolumeListener {
        @Override
        public void resized(Geometry geometry) {
            update(now -> now.with(geometry));
            raise(null, UnitAttention.CAPACITY);
        }

        @Override
        public void contentChanged() {
            raise(null, UnitAttention.CONTENT);
        }

        @Override
        public void writeCacheChanged(boolean enabled) {
            raise(cacheChanger, UnitAttention.MODE_PARAMETERS);
        }

        @Override
        public void softThresholdReached() {
            raise(null, UnitAttention.SOFT_THRESHOLD);
        }
    }

    /** The volume behind it. */
    public Volume volume() {
        return volume;
    }

    /**
     * Executes a command whose data out is complete. Called on the event loop of the task's nexus;
     * ends with {@link ScsiTask#finish}, perhaps before this returns, perhaps on another thread.
     */
    public void execute(ScsiTask task) {
        UnitState now = task.mapped().readOnly() ? readOnlyState : state;
        byte[] cdb = task.cdb();
        CommandRow row = CommandTable.row(cdb);
        if (attentions.pending()
                && (row == null || row.access() != Access.ALWAYS)
                && attentionReported(task, now)) {
            return;
        }
        if (row == null) {
            unsupported(task, now);
        } else if (reservations.conflicts(row.underReservation(), task)) {
            Sense.conflict(task);
        } else if ((cdb[row.controlAt()] & NACA) != 0) {
            Sense.invalidInCdb(task, now.descriptorSense(), row.controlAt(), 2);
        } else if (task.attribute() == TaskAttribute.ACA) {
            refuse(task, now, SenseKey.ILLEGAL_REQUEST, AdditionalSense.INVALID_MESSAGE);
        } else if (sanitization.bars() && !sanitization.admits(row)) {
            sanitization.refuse(task, now.descriptorSense());
        } else if (now.stopped() && row.access().compareTo(Access.STOPPED) > 0) {
            refuse(task, now, SenseKey.NOT_READY, AdditionalSense.INITIALIZING_COMMAND_REQUIRED);
        } else if (row.access() == Access.WRITABLE && now.writeProtected()) {
            refuse(
                    task,
                    now,
                    SenseKey.DATA_PROTECT,
                    now.readOnly()
                            ? AdditionalSense.WRITE_PROTECTED
                            : AdditionalSense.SOFTWARE_WRITE_PROTECTED);
        } else {
            row.command().execute(this, now, task);
        }
    }

    private boolean attentionReported(ScsiTask task, UnitState now) {
        UnitAttention attention = attentions.take(task.nexus());
        if (attention == null) {
            return false;
        }
        Sense.check(task, now.descriptorSense(), attention);
        return true;
    }

    /** SPC-5: an unknown service action is a wrong field, an unknown operation code is not. */
    private static void unsupported(ScsiTask task, UnitState now) {
        if (CommandTable.hasServiceActions(task.cdb()[0] & 0xff)) {
            Sense.invalidInCdb(task, now.descriptorSense(), 1, 4);
        } else {
            Sense.invalidOperationCode(task, now.descriptorSense());
        }
    }

    private static void refuse(ScsiTask task, UnitState now, SenseKey key, AdditionalSense sense) {
        Sense.check(task, now.descriptorSense(), key, sense);
    }

    /**
     * Bytes of data out that the CDB asks for; 0 if none or if the command will be refused whatever
     * else happens. What is refused because of the unit's state is refused after its data came.
     */
    public int dataOutLength(byte[] cdb) {
        CommandRow row = CommandTable.row(cdb);
        return row == null ? 0 : row.command().dataOut(state, cdb);
    }

    /** Whether the storage asks for fewer commands; the command window narrows while it is true. */
    public boolean congested() {
        return volume.congested();
    }

    /**
     * LOGICAL UNIT RESET (SAM-5, 7.5): aborts all tasks of all nexuses, then puts mode parameters
     * back, starts the unit and raises attentions, also for the nexus that asked (SAM-5, 6.3.3).
     */
    public void reset(Nexus from, Runnable done) {
        reset(UnitAttention.LOGICAL_UNIT_RESET, done);
    }

    /** A reset that hosts are to hear of as {@code how}. */
    void reset(UnitAttention how, Runnable done) {
        abortAll(
                () -> {
                    update(now -> now.withControl(false, false).withStopped(false));
                    copies.forgetAll();
                    reservations.unreserve();
                    raise(null, how);
                    done.run();
                });
    }

    /** Aborts all tasks of all nexuses; {@code done} runs when no operation of theirs remains. */
    void abortAll(Runnable done) {
        abort(List.copyOf(attentions.nexuses()), done);
    }

    /** Aborts the tasks of some nexuses; {@code done} runs when no operation of theirs remains. */
    void abort(List<Nexus> nexuses, Runnable done) {
        AtomicInteger left = new AtomicInteger(nexuses.size() + 1);
        Runnable one =
                () -> {
                    if (left.decrementAndGet() == 0) {
                        done.run();
                    }
                };
        for (Nexus nexus : nexuses) {
            nexus.abortTasks(this, one);
        }
        one.run();
    }

    /** A nexus begins. */
    void attach(Nexus nexus, boolean hadOneBefore) {
        attentions.attach(nexus);
        if (hadOneBefore) {
            attentions.establish(nexus, UnitAttention.NEXUS_LOSS);
        }
    }

    /** A nexus ends. */
    void detach(Nexus nexus) {
        attentions.detach(nexus);
        copies.forget(nexus);
        reservations.ended(nexus);
    }

    /** Establishes a unit attention for every nexus but one, and tells their transports. */
    void raise(@Nullable Nexus except, UnitAttention attention) {
        for (Nexus nexus : attentions.nexuses()) {
            if (!nexus.equals(except)) {
                tell(nexus, attention);
            }
        }
    }

    /** Establishes a unit attention for one nexus and tells its transport. */
    void tell(Nexus nexus, UnitAttention attention) {
        attentions.establish(nexus, attention);
        nexus.unitAttentionRaised(this);
    }

    /** MODE SELECT changed what all nexuses share. */
    void modeParameters(Nexus by, boolean writeProtect, boolean descriptorSense) {
        update(now -> now.withControl(writeProtect, descriptorSense));
        raise(by, UnitAttention.MODE_PARAMETERS);
    }

    /** MODE SELECT changes the write cache; the volume tells when it has, and the others hear. */
    void changeWriteCache(Nexus by, boolean enabled, Consumer<@Nullable DeviceFault> done) {
        cacheChanger = by;
        services.writeCacheSwitch()
                .change(
                        volume,
                        enabled,
                        fault -> {
                            cacheChanger = null;
                            done.accept(fault);
                        });
    }

    /** START STOP UNIT. */
    void stopped(boolean nowStopped) {
        update(now -> now.withStopped(nowStopped));
    }

    private synchronized void update(UnaryOperator<UnitState> change) {
        state = change.apply(state);
        readOnlyState = change.apply(readOnlyState);
    }

    /** Becomes reachable one more way. */
    synchronized void mapped(MappedUnit way) {
        List<MappedUnit> before = ways;
        ways = Stream.concat(before.stream(), Stream.of(way)).toList();
        if (before.isEmpty()) {
            volume.addListener(listener);
            update(now -> now.with(volume.geometry()));
        }
        portsChanged();
        sanitization.resume();
    }

    /** Is reachable one way less. */
    synchronized void unmapped(MappedUnit way) {
        List<MappedUnit> before = ways;
        ways = before.stream().filter(other -> !other.equals(way)).toList();
        Invariant.check(ways.size() < before.size(), "what is unmapped was mapped");
        if (ways.isEmpty()) {
            volume.removeListener(listener);
        }
        portsChanged();
    }

    private void portsChanged() {
        Map<Integer, String> names = new HashMap<>();
        for (MappedUnit way : ways) {
            names.put(way.target().relativePort(), way.target().portName());
        }
        ports = new TargetPortList(names);
    }

    /** Whether no way leads to it and nothing goes on in it. */
    public boolean unreachable() {
        return ways.isEmpty() && attentions.nexuses().isEmpty() && !sanitization.running();
    }

    /** All ways that lead to it. */
    List<MappedUnit> ways() {
        return ways;
    }

    /** The copies that it was asked for. */
    CopyRecords copies() {
        return copies;
    }

    /** Whether and how it is being sanitized. */
    Sanitization sanitization() {
        return sanitization;
    }

    /** The target ports through which it is reached. */
    TargetPortList ports() {
        return ports;
    }

    /** Who has reserved it. */
    Reservations reservations() {
        return reservations;
    }

    UnitState state() {
        return state;
    }

    UnitAttentions attentions() {
        return attentions;
    }

    Transfer transfer() {
        return transfer;
    }

    BackgroundFlush backgroundFlush() {
        return backgroundFlush;
    }

    ReadAhead readAhead() {
        return readAhead;
    }

    SelfTests selfTests() {
        return selfTests;
    }

    /** D_SENSE: whether sense data of this unit comes in descriptor format (SPC-5, 4.4.2). */
    public boolean descriptorSense() {
        return state.descriptorSense();
    }

    /** What the server around it gives. */
    UnitServices services() {
        return services;
    }

    /** How full the pool of its volume is. */
    SpaceState space() {
        return services.space().get();
    }

    /** What stands in the way of serving, or null. */
    public @Nullable DeviceFault offlineFault() {
        return volume.offlineFault();
    }
}
