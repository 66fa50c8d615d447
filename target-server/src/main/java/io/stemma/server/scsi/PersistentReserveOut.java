package io.stemma.server.scsi;

import io.stemma.server.scsi.ReserveOut.Action;
import io.stemma.server.scsi.ReserveVerdict.Refused;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** PERSISTENT RESERVE OUT (SPC-5, 6.16): reads the list, resolves its names, has it judged. */
final class PersistentReserveOut extends Command {
    private final Action action;

    PersistentReserveOut(Action action) {
        this.action = action;
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        long length = BigEndian.u32(cdb, 5);
        return length > ReserveOutList.BYTES_MAX ? 0 : (int) length;
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        boolean descriptor = state.descriptorSense();
        long length = BigEndian.u32(task.cdb(), 5);
        if (length > ReserveOutList.BYTES_MAX) {
            lengthError(task, descriptor);
            return;
        }
        if (!Transfer.gathered(state, task, (int) length)) {
            return;
        }
        ReserveOutList list = ReserveOutList.read(action, DataIn.received(task, (int) length));
        switch (list.fault()) {
            case LENGTH -> lengthError(task, descriptor);
            case FIELD -> invalid(task, descriptor, list.faultAt(), list.faultBit());
            case NONE -> {
                ReserveOut request = resolved(unit, task, descriptor, list);
                if (request != null) {
                    unit.reservations()
                            .change(
                                    task,
                                    (now, from) -> ReservationRules.judge(now, request, from));
                }
            }
        }
    }

    /** The request with the names of all nexuses concerned, or null if the command was ended. */
    private @Nullable ReserveOut resolved(
            LogicalUnit unit, ScsiTask task, boolean descriptor, ReserveOutList list) {
        NexusName from = NexusName.of(task.nexus());
        TargetPortList ports = unit.ports();
        List<NexusName> samePort = new ArrayList<>();
        List<String> targetPorts = List.of(from.targetPort());
        if (list.allTargetPorts()) {
            targetPorts = List.copyOf(ports.names().values());
            for (String port : targetPorts) {
                if (!port.equals(from.targetPort())) {
                    samePort.add(new NexusName(from.initiatorPort(), port));
                }
            }
        } else if (action == Action.REGISTER_AND_MOVE) {
            String port = ports.names().get(list.relativeTargetPort());
            if (port == null) {
                invalid(task, descriptor, 18, -1);
                return null;
            }
            targetPorts = List.of(port);
        }
        Set<NexusName> others = new LinkedHashSet<>();
        if (!others(unit, task, descriptor, list, targetPorts, others)) {
            return null;
        }
        byte[] cdb = task.cdb();
        return new ReserveOut(
                action,
                (cdb[2] & 0xf0) >>> 4,
                cdb[2] & 0x0f,
                list.key(),
                list.serviceKey(),
                list.persistent(),
                list.unregister(),
                list.portsSpecified(),
                samePort,
                List.copyOf(others));
    }

    /** Names the nexuses of all TransportIDs; returns whether the command may go on. */
    private static boolean others(
            LogicalUnit unit,
            ScsiTask task,
            boolean descriptor,
            ReserveOutList list,
            List<String> targetPorts,
            Set<NexusName> others) {
        List<TransportId> initiators = list.initiators();
        Map<String, Set<String>> known = null;
        for (int i = 0; i < initiators.size(); i++) {
            TransportId initiator = initiators.get(i);
            Set<String> ports;
            if (initiator.isid() != TransportId.NO_ISID) {
                ports = Set.of(initiator.initiatorPort());
            } else {
                known = known == null ? knownPorts(unit) : known;
                ports = known.getOrDefault(initiator.initiatorName(), Set.of());
            }
            if (ports.isEmpty()
                    || (list.portsSpecified() && ports.contains(task.nexus().initiatorPort()))) {
                invalid(task, descriptor, list.initiatorAt(i), -1);
                return false;
            }
            for (String port : targetPorts) {
                ports.forEach(name -> others.add(new NexusName(name, port)));
                if (others.size() > ReservationState.REGISTRANTS_MAX) {
                    Reservations.refuse(task, descriptor, Refused.NO_RESOURCES);
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Every initiator port that is known here, by the name of its initiator: what a TransportID of
     * format 00b means (SPC-5, 7.6.4.6).
     */
    private static Map<String, Set<String>> knownPorts(LogicalUnit unit) {
        Map<String, Set<String>> known = new HashMap<>();
        for (Nexus nexus : unit.attentions().nexuses()) {
            add(known, nexus.initiatorName(), nexus.initiatorPort());
        }
        for (NexusName name : unit.reservations().state().keys().keySet()) {
            String initiator = TransportId.ofPort(name.initiatorPort()).initiatorName();
            add(known, initiator, name.initiatorPort());
        }
        return known;
    }

    private static void add(Map<String, Set<String>> known, String initiator, String port) {
        known.computeIfAbsent(initiator, none -> new LinkedHashSet<>()).add(port);
    }

    private static void lengthError(ScsiTask task, boolean descriptor) {
        Sense.check(
                task,
                descriptor,
                SenseKey.ILLEGAL_REQUEST,
                AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
    }

    private static void invalid(ScsiTask task, boolean descriptor, int atByte, int bit) {
        Sense.invalidInParameters(task, descriptor, atByte, bit);
    }
}
