package io.stemma.server.scsi;

import io.stemma.server.scsi.ReserveOut.Action;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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
        List<NexusName> others = new ArrayList<>();
        List<TransportId> initiators = list.initiators();
        for (int i = 0; i < initiators.size(); i++) {
            Set<String> initiatorPorts = portsOf(unit, initiators.get(i));
            if (initiatorPorts.isEmpty()
                    || (list.portsSpecified() && initiatorPorts.contains(from.initiatorPort()))) {
                invalid(task, descriptor, list.initiatorAt(i), -1);
                return null;
            }
            for (String port : targetPorts) {
                initiatorPorts.forEach(name -> others.add(new NexusName(name, port)));
            }
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
                others);
    }

    /** SPC-5, 7.6.4.6: format 00b means every port of that initiator that is known here. */
    private static Set<String> portsOf(LogicalUnit unit, TransportId initiator) {
        if (initiator.isid() != TransportId.NO_ISID) {
            return Set.of(initiator.initiatorPort());
        }
        Set<String> known = new LinkedHashSet<>();
        for (Nexus nexus : unit.attentions().nexuses()) {
            if (nexus.initiatorName().equals(initiator.initiatorName())) {
                known.add(nexus.initiatorPort());
            }
        }
        for (NexusName name : unit.reservations().state().keys().keySet()) {
            if (TransportId.ofPort(name.initiatorPort())
                    .initiatorName()
                    .equals(initiator.initiatorName())) {
                known.add(name.initiatorPort());
            }
        }
        return known;
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
