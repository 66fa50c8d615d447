package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The parameter list of EXTENDED COPY(LID1) (SPC-5, 6.6.5), judged whole before the first segment
 * is processed. What is behind the last segment descriptor is ignored. Whether the units it names
 * can be reached is judged when their segment comes.
 */
final class CopyList {
    /** LIST ID USAGE 10b: the outcome may be forgotten at once. */
    private static final int DISCARD = 0x10;

    /** LIST ID USAGE 11b: the copy has no identifier. */
    private static final int NO_IDENTIFIER = 0x18;

    private static final int USAGE = 0x18;
    private static final int RESERVED_USAGE = 0x08;
    private static final int RESERVED = 0xc0;

    /**
     * Why a list is refused: ILLEGAL REQUEST with this.
     *
     * @param sense what is wrong
     * @param at byte of the list, or -1 where no field is to be named
     * @param bit most significant bit of the field, or -1
     */
    record Refusal(AdditionalSense sense, int at, int bit) {}

    private final byte[] list;
    private final List<CopyTarget> targets = new ArrayList<>();
    private final List<CopySegment> segments = new ArrayList<>();
    private final @Nullable Refusal refusal;

    /** Reads a list, which must be as long as its CDB says. */
    CopyList(byte[] list) {
        this.list = list;
        refusal = read();
    }

    /** Why it is refused, or null. */
    @Nullable Refusal refusal() {
        return refusal;
    }

    /** Its CSCD descriptors by ID. */
    List<CopyTarget> targets() {
        return targets;
    }

    /** Its segments in their order. */
    List<CopySegment> segments() {
        return segments;
    }

    /** LIST IDENTIFIER, or -1 where the copy has none. */
    int identifier() {
        return (list[1] & USAGE) == NO_IDENTIFIER ? -1 : list[0] & 0xff;
    }

    /** Whether nobody will ask for the outcome. */
    boolean discards() {
        return (list[1] & USAGE) == DISCARD;
    }

    private static Refusal length() {
        return new Refusal(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR, -1, -1);
    }

    private static Refusal wrong(int at, int bit) {
        return new Refusal(AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST, at, bit);
    }

    private @Nullable Refusal read() {
        if (list.length < CopyLimits.HEADER_BYTES) {
            return length();
        }
        if ((list[1] & RESERVED) != 0) {
            return wrong(1, (list[1] & 0x80) != 0 ? 7 : 6);
        }
        if ((list[1] & USAGE) == RESERVED_USAGE) {
            return wrong(1, 4);
        }
        if ((list[1] & USAGE) == NO_IDENTIFIER && list[0] != 0) {
            return wrong(0, -1);
        }
        int targetBytes = BigEndian.u16(list, 2);
        long segmentBytes = BigEndian.u32(list, 8);
        if (targetBytes + segmentBytes > CopyLimits.DESCRIPTORS_BYTES_MAX
                || CopyLimits.HEADER_BYTES + targetBytes + segmentBytes > list.length) {
            return length();
        }
        if (BigEndian.u32(list, 12) != 0) {
            return new Refusal(AdditionalSense.INLINE_DATA_LENGTH_EXCEEDED, 12, -1);
        }
        Refusal met = readTargets(targetBytes);
        return met != null ? met : readSegments(targetBytes, (int) segmentBytes);
    }

    private @Nullable Refusal readTargets(int bytes) {
        if (bytes % CopyLimits.TARGET_BYTES != 0) {
            return length();
        }
        if (bytes / CopyLimits.TARGET_BYTES > CopyLimits.TARGETS_MAX) {
            return new Refusal(AdditionalSense.TOO_MANY_TARGET_DESCRIPTORS, 2, -1);
        }
        int end = CopyLimits.HEADER_BYTES + bytes;
        for (int at = CopyLimits.HEADER_BYTES; at < end; at += CopyLimits.TARGET_BYTES) {
            if ((list[at] & 0xff) != CopyLimits.IDENTIFICATION) {
                return new Refusal(AdditionalSense.UNSUPPORTED_TARGET_DESCRIPTOR, at, -1);
            }
            CopyTarget target = CopyTarget.read(list, at);
            if (target == null) {
                return wrong(CopyTarget.wrongField(list, at), -1);
            }
            targets.add(target);
        }
        return null;
    }

    private @Nullable Refusal readSegments(int before, int bytes) {
        int at = CopyLimits.HEADER_BYTES + before;
        int end = at + bytes;
        while (at < end) {
            if (segments.size() == CopyLimits.SEGMENTS_MAX) {
                return new Refusal(AdditionalSense.TOO_MANY_SEGMENT_DESCRIPTORS, 8, -1);
            }
            if ((list[at] & 0xff) != CopyLimits.BLOCK_TO_BLOCK) {
                return new Refusal(AdditionalSense.UNSUPPORTED_SEGMENT_DESCRIPTOR, at, -1);
            }
            if (end - at < CopyLimits.SEGMENT_BYTES) {
                return length();
            }
            if (BigEndian.u16(list, at + 2) != CopySegment.LENGTH) {
                return wrong(at + 2, -1);
            }
            segments.add(CopySegment.read(list, at));
            at += CopyLimits.SEGMENT_BYTES;
        }
        return null;
    }
}
