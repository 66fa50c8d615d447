package io.stemma.server.scsi;

import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Registrations and reservation as they lie beside the volume, always whole. Names that several
 * registrants share are written once. Numbers are big-endian.
 *
 * <pre>
 * 4   "STPR"
 * 1   version, 1
 * 1   TYPE, 0 where nothing is reserved
 * 2   index of the holder among the registrants, FFFFh where there is none
 * 2   number of names; then each: 2 length, UTF-8
 * 2   number of registrants; then each: 2 initiator name, 6 ISID, 2 target port, 8 key
 * </pre>
 *
 * PRGENERATION is not kept: a loss of power sets it to zero (SPC-5, 6.15.2).
 */
final class ReservationRecord {
    /** Longest record; what would be longer is refused for want of resources. */
    static final int BYTES_MAX = Limits.REGISTRY_VALUE_BYTES_MAX;

    private static final int MAGIC = 0x53545052;
    private static final int VERSION = 1;
    private static final int NO_HOLDER = 0xffff;

    private ReservationRecord() {}

    /** The record of a state that has registrants, or null where it would be too long. */
    static byte @Nullable [] encode(ReservationState state) {
        Map<String, Integer> names = new LinkedHashMap<>();
        ByteArrayOutputStream registrants = new ByteArrayOutputStream();
        int holder = NO_HOLDER;
        int index = 0;
        for (Map.Entry<NexusName, Long> entry : state.keys().entrySet()) {
            NexusName name = entry.getKey();
            TransportId initiator = TransportId.ofPort(name.initiatorPort());
            ByteBuffer one = ByteBuffer.allocate(18);
            one.putShort((short) indexOf(names, initiator.initiatorName()));
            one.putShort((short) (initiator.isid() >>> 32));
            one.putInt((int) initiator.isid());
            one.putShort((short) indexOf(names, name.targetPort()));
            one.putLong(entry.getValue());
            registrants.writeBytes(one.array());
            if (name.equals(state.holder())) {
                holder = index;
            }
            index++;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer head = ByteBuffer.allocate(10);
        head.putInt(MAGIC).put((byte) VERSION);
        ReservationType type = state.type();
        head.put((byte) (type == null ? 0 : type.code()));
        head.putShort((short) holder).putShort((short) names.size());
        all.writeBytes(head.array());
        for (String name : names.keySet()) {
            byte[] text = name.getBytes(StandardCharsets.UTF_8);
            all.writeBytes(ByteBuffer.allocate(2).putShort((short) text.length).array());
            all.writeBytes(text);
        }
        all.writeBytes(ByteBuffer.allocate(2).putShort((short) index).array());
        all.writeBytes(registrants.toByteArray());
        return all.size() > BYTES_MAX ? null : all.toByteArray();
    }

    private static int indexOf(Map<String, Integer> names, String name) {
        return names.computeIfAbsent(name, absent -> names.size());
    }

    /** The state of a record, or null where the record is damaged or of a version not known. */
    static @Nullable ReservationState decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            return in.getInt() == MAGIC && in.get() == VERSION ? read(in) : null;
        } catch (BufferUnderflowException truncated) {
            return null;
        }
    }

    private static @Nullable ReservationState read(ByteBuffer in) {
        int typeCode = in.get();
        int holderIndex = u16(in);
        List<String> names = new ArrayList<>();
        for (int count = u16(in); count > 0; count--) {
            byte[] text = new byte[Math.min(u16(in), in.remaining())];
            in.get(text);
            names.add(new String(text, StandardCharsets.UTF_8));
        }
        Map<NexusName, Long> keys = new LinkedHashMap<>();
        NexusName holder = null;
        int count = u16(in);
        for (int i = 0; i < count; i++) {
            int initiator = u16(in);
            long isid = ((long) u16(in) << 32) | (in.getInt() & 0xffff_ffffL);
            int target = u16(in);
            long key = in.getLong();
            if (initiator >= names.size() || target >= names.size() || key == 0) {
                return null;
            }
            String port = String.format(Locale.ROOT, "%s,i,0x%012x", names.get(initiator), isid);
            NexusName name = new NexusName(port, names.get(target));
            keys.put(name, key);
            holder = i == holderIndex ? name : holder;
        }
        ReservationType type = ReservationType.of(typeCode);
        boolean typeKnown = type != null || typeCode == 0;
        boolean needsHolder = type != null && !type.allRegistrants();
        boolean whole = !in.hasRemaining() && keys.size() == count && count > 0;
        return whole
                        && count <= ReservationState.REGISTRANTS_MAX
                        && typeKnown
                        && needsHolder == (holder != null)
                        && (holder != null) == (holderIndex != NO_HOLDER)
                ? new ReservationState(0, keys, type, holder, true)
                : null;
    }

    private static int u16(ByteBuffer in) {
        return in.getShort() & 0xffff;
    }
}
