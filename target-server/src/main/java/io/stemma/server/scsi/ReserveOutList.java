package io.stemma.server.scsi;

import io.stemma.server.scsi.ReserveOut.Action;

import java.util.ArrayList;
import java.util.List;

/**
 * The parameter list of PERSISTENT RESERVE OUT while it is read (SPC-5, 6.16.3 and 6.16.4).
 *
 * <pre>
 *             all but REGISTER AND MOVE              REGISTER AND MOVE
 * byte 0-7    RESERVATION KEY                        RESERVATION KEY
 * byte 8-15   SERVICE ACTION RESERVATION KEY         SERVICE ACTION RESERVATION KEY
 * byte 17                                            UNREG (1), APTPL (0)
 * byte 18-19                                         RELATIVE TARGET PORT IDENTIFIER
 * byte 20     SPEC_I_PT (3), ALL_TG_PT (2), APTPL (0)
 * byte 20-23                                         TRANSPORTID LENGTH
 * byte 24-    4 length, TransportIDs (SPEC_I_PT)     TransportID
 * </pre>
 */
final class ReserveOutList {
    /** Bytes of a list without TransportIDs. */
    static final int BASIC_BYTES = 24;

    /** Longest list that is gathered: room for 264 of the longest TransportIDs. */
    static final int BYTES_MAX = 64 << 10;

    private static final int SPEC_I_PT = 0x08;
    private static final int ALL_TG_PT = 0x04;
    private static final int APTPL = 0x01;
    private static final int UNREG = 0x02;

    /** What is wrong with a list. */
    enum Fault {
        /** Nothing. */
        NONE,
        /** PARAMETER LIST LENGTH ERROR. */
        LENGTH,
        /** INVALID FIELD IN PARAMETER LIST, at {@link #faultAt}. */
        FIELD
    }

    private final Action action;
    private final byte[] list;
    private final List<TransportId> initiators = new ArrayList<>();
    private final List<Integer> initiatorsAt = new ArrayList<>();
    private Fault fault = Fault.NONE;
    private int faultAt;
    private int faultBit = -1;

    private ReserveOutList(Action action, byte[] list) {
        this.action = action;
        this.list = list;
    }

    /** Reads a list; {@link #fault} says whether the rest may be asked for. */
    static ReserveOutList read(Action action, byte[] list) {
        ReserveOutList read = new ReserveOutList(action, list);
        read.judge();
        return read;
    }

    private void judge() {
        boolean move = action == Action.REGISTER_AND_MOVE;
        if (list.length < BASIC_BYTES) {
            fault = Fault.LENGTH;
        } else if (move) {
            judgeIds(20, BASIC_BYTES, list.length);
            if (fault == Fault.NONE && initiators.size() != 1) {
                invalid(20, -1);
            } else if (fault == Fault.NONE && initiators.getFirst().isid() < 0) {
                invalid(BASIC_BYTES, -1);
            }
        } else if ((list[20] & SPEC_I_PT) == 0) {
            fault = list.length == BASIC_BYTES ? Fault.NONE : Fault.LENGTH;
        } else if (action != Action.REGISTER) {
            invalid(20, 3);
        } else if (list.length < BASIC_BYTES + 4) {
            fault = Fault.LENGTH;
        } else {
            judgeIds(BASIC_BYTES, BASIC_BYTES + 4, list.length);
        }
    }

    /**
     * TransportIDs, their length given at {@code lengthAt}: it has to end with one, in the list.
     */
    private void judgeIds(int lengthAt, int from, int listEnd) {
        long length = BigEndian.u32(list, lengthAt);
        if (length > listEnd - from) {
            fault = Fault.LENGTH;
            return;
        }
        int end = from + (int) length;
        int at = from;
        while (at < end) {
            int one = TransportId.lengthAt(list, at, end);
            if (one < 0) {
                invalid(lengthAt, -1);
                return;
            }
            TransportId id = TransportId.read(list, at, one);
            if (id == null) {
                invalid(at, -1);
                return;
            }
            initiators.add(id);
            initiatorsAt.add(at);
            at += one;
        }
    }

    private void invalid(int at, int bit) {
        fault = Fault.FIELD;
        faultAt = at;
        faultBit = bit;
    }

    Fault fault() {
        return fault;
    }

    /** Byte of the field that is wrong. */
    int faultAt() {
        return faultAt;
    }

    /** Bit of the field that is wrong, or -1. */
    int faultBit() {
        return faultBit;
    }

    long key() {
        return BigEndian.s64(list, 0);
    }

    long serviceKey() {
        return BigEndian.s64(list, 8);
    }

    /** SPEC_I_PT. */
    boolean portsSpecified() {
        return action == Action.REGISTER && (list[20] & SPEC_I_PT) != 0;
    }

    /** ALL_TG_PT, where it counts. */
    boolean allTargetPorts() {
        boolean counts =
                action == Action.REGISTER || action == Action.REGISTER_AND_IGNORE_EXISTING_KEY;
        return counts && (list[20] & ALL_TG_PT) != 0;
    }

    /** APTPL, which stands elsewhere in the list of REGISTER AND MOVE. */
    boolean persistent() {
        return (list[action == Action.REGISTER_AND_MOVE ? 17 : 20] & APTPL) != 0;
    }

    /** UNREG. */
    boolean unregister() {
        return action == Action.REGISTER_AND_MOVE && (list[17] & UNREG) != 0;
    }

    /** RELATIVE TARGET PORT IDENTIFIER of REGISTER AND MOVE. */
    int relativeTargetPort() {
        return BigEndian.u16(list, 18);
    }

    /** The TransportIDs in the order of the list. */
    List<TransportId> initiators() {
        return List.copyOf(initiators);
    }

    /** Where in the list a TransportID stands. */
    int initiatorAt(int index) {
        return initiatorsAt.get(index);
    }
}
