package io.stemma.server.scsi;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Builds parameter lists of EXTENDED COPY(LID1). */
final class CopyLists {
    int identifier = 1;
    int usage;
    private final List<byte[]> targets = new ArrayList<>();
    private final List<byte[]> segments = new ArrayList<>();

    /** Names a volume by its NAA designator; returns the CSCD descriptor ID. */
    int naa(long naa, int blockBytes) {
        byte[] value = new byte[8];
        BigEndian.put64(value, 0, naa);
        return target(1, 3, value, blockBytes);
    }

    int target(int codeSet, int type, byte[] designator, int blockBytes) {
        byte[] target = new byte[CopyLimits.TARGET_BYTES];
        target[0] = (byte) 0xe4;
        target[4] = (byte) codeSet;
        target[5] = (byte) type;
        target[7] = (byte) designator.length;
        System.arraycopy(designator, 0, target, 8, Math.min(20, designator.length));
        BigEndian.put24(target, 29, blockBytes);
        targets.add(target);
        return targets.size() - 1;
    }

    CopyLists segment(int source, long from, int destination, long to, int blocks) {
        byte[] segment = new byte[CopyLimits.SEGMENT_BYTES];
        segment[0] = 0x02;
        BigEndian.put16(segment, 2, 24);
        BigEndian.put16(segment, 4, source);
        BigEndian.put16(segment, 6, destination);
        BigEndian.put16(segment, 10, blocks);
        BigEndian.put64(segment, 12, from);
        BigEndian.put64(segment, 20, to);
        segments.add(segment);
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        byte[] header = new byte[CopyLimits.HEADER_BYTES];
        header[0] = (byte) identifier;
        header[1] = (byte) (usage << 3);
        BigEndian.put16(header, 2, targets.size() * CopyLimits.TARGET_BYTES);
        BigEndian.put32(header, 8, (long) segments.size() * CopyLimits.SEGMENT_BYTES);
        list.writeBytes(header);
        targets.forEach(list::writeBytes);
        segments.forEach(list::writeBytes);
        return list.toByteArray();
    }

    /** The CDB for a list of that length. */
    static String cdb(int length) {
        return String.format("83 00 0000000000000000 %08x 00 00", length);
    }
}
