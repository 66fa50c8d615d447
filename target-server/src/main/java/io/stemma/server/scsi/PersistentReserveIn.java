package io.stemma.server.scsi;

import java.io.ByteArrayOutputStream;
import java.util.Map;

/** PERSISTENT RESERVE IN (SPC-5, 6.15). Lengths in the data are whole, whatever is allocated. */
final class PersistentReserveIn extends Command {
    /** READ FULL STATUS. */
    static final int SERVICE_ACTION_MAX = 3;

    private static final int READ_KEYS = 0;
    private static final int READ_RESERVATION = 1;
    private static final int REPORT_CAPABILITIES = 2;

    /** Compatible reservation handling, SPEC_I_PT, ALL_TG_PT, persistence through power loss. */
    private static final int CRH_SIP_ATP_PTPL = 0x1d;

    /**
     * TMV, and in ALLOW COMMANDS 011b: TEST UNIT READY is allowed under every type, MODE SENSE and
     * the other commands that report are under those that let all read.
     */
    private static final int TMV_ALLOW_COMMANDS = 0xb0;

    private static final int R_HOLDER = 0x01;

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        if (unit.reservations().reserved()) {
            Sense.conflict(task);
            return;
        }
        ReservationState now = unit.reservations().state();
        byte[] data =
                switch (task.cdb()[1] & 0x1f) {
                    case READ_KEYS -> keys(now);
                    case READ_RESERVATION -> reservation(now);
                    case REPORT_CAPABILITIES -> capabilities(now);
                    default -> fullStatus(now, unit.ports());
                };
        DataIn.send(task, data, BigEndian.u16(task.cdb(), 7));
    }

    private static byte[] header(ReservationState now, int additionalBytes) {
        byte[] data = new byte[8 + additionalBytes];
        BigEndian.put32(data, 0, now.generation());
        BigEndian.put32(data, 4, additionalBytes);
        return data;
    }

    private static byte[] keys(ReservationState now) {
        byte[] data = header(now, 8 * now.keys().size());
        int at = 8;
        for (long key : now.keys().values()) {
            BigEndian.put64(data, at, key);
            at += 8;
        }
        return data;
    }

    /** The key is zero where all registrants hold it (SPC-5, 6.15.3.2). */
    private static byte[] reservation(ReservationState now) {
        ReservationType type = now.type();
        if (type == null) {
            return header(now, 0);
        }
        byte[] data = header(now, 16);
        NexusName holder = now.holder();
        if (holder != null) {
            BigEndian.put64(data, 8, now.keys().getOrDefault(holder, 0L));
        }
        data[21] = (byte) type.code();
        return data;
    }

    private static byte[] capabilities(ReservationState now) {
        byte[] data = new byte[8];
        BigEndian.put16(data, 0, data.length);
        data[2] = CRH_SIP_ATP_PTPL;
        data[3] = (byte) (TMV_ALLOW_COMMANDS | (now.persistent() ? 1 : 0));
        int mask = 0;
        for (ReservationType type : ReservationType.values()) {
            mask |= type.code() == 8 ? 0x0001 : 0x0100 << type.code();
        }
        BigEndian.put16(data, 4, mask);
        return data;
    }

    private static byte[] fullStatus(ReservationState now, TargetPortList ports) {
        ByteArrayOutputStream descriptors = new ByteArrayOutputStream();
        for (Map.Entry<NexusName, Long> registrant : now.keys().entrySet()) {
            NexusName name = registrant.getKey();
            byte[] id = TransportId.ofPort(name.initiatorPort()).encoded();
            byte[] one = new byte[24 + id.length];
            BigEndian.put64(one, 0, registrant.getValue());
            ReservationType type = now.type();
            if (type != null && now.heldBy(name)) {
                one[12] = R_HOLDER;
                one[13] = (byte) type.code();
            }
            BigEndian.put16(one, 18, ports.relative(name.targetPort()));
            BigEndian.put32(one, 20, id.length);
            System.arraycopy(id, 0, one, 24, id.length);
            descriptors.writeBytes(one);
        }
        byte[] data = header(now, descriptors.size());
        System.arraycopy(descriptors.toByteArray(), 0, data, 8, descriptors.size());
        return data;
    }
}
