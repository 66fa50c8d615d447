package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Why a copy ended early: COPY ABORTED, with the number of the segment and what the units said of
 * it (SPC-5, 5.18.7.4).
 *
 * @param sense additional sense
 * @param source what the copy source would have answered, or null where it is not to blame
 * @param destination the same of the copy destination
 * @param field byte of the segment descriptor that is wrong, or -1
 */
record CopyFault(
        AdditionalSense sense, @Nullable Answer source, @Nullable Answer destination, int field) {

    /** The answer of a unit, as if the copy manager had sent it a command. */
    record Answer(int status, SenseKey key, AdditionalSense sense) {
        static Answer check(SenseKey key, AdditionalSense sense) {
            return new Answer(Sense.CHECK_CONDITION, key, sense);
        }

        static Answer conflict() {
            return new Answer(Sense.RESERVATION_CONFLICT, SenseKey.NO_SENSE, AdditionalSense.NONE);
        }
    }

    /** Bytes of the longest sense data, with both units' answers behind it. */
    static final int BYTES_MAX = Sense.FIXED_BYTES + 2 * (1 + Sense.FIXED_BYTES);

    /** A field of the segment descriptor is wrong. */
    static CopyFault field(AdditionalSense sense, int field) {
        return new CopyFault(sense, null, null, field);
    }

    /** A unit refused. */
    static CopyFault of(AdditionalSense sense, Answer answer, boolean writing, int field) {
        return new CopyFault(sense, writing ? null : answer, writing ? answer : null, field);
    }

    /** A unit's storage failed. */
    static CopyFault of(DeviceFault fault, boolean writing) {
        Answer answer = Answer.check(Faults.key(fault), Faults.additional(fault, writing));
        return of(AdditionalSense.THIRD_PARTY_DEVICE_FAILURE, answer, writing, -1);
    }

    /**
     * Writes sense data.
     *
     * @param to at least {@link #BYTES_MAX} bytes
     * @param segment number of the segment descriptor
     * @param residue source blocks of the segment that were not copied
     * @return its length in bytes
     */
    int write(byte[] to, boolean descriptor, int segment, long residue) {
        int length = Sense.write(to, descriptor, SenseKey.COPY_ABORTED, sense);
        return descriptor
                ? writeDescriptors(to, length, segment, residue)
                : writeFixed(to, length, segment, residue);
    }

    private int writeFixed(byte[] to, int from, int segment, long residue) {
        to[0] |= (byte) 0x80;
        BigEndian.put32(to, 3, residue);
        BigEndian.put16(to, 10, segment);
        if (field >= 0) {
            to[15] = (byte) 0xa0; // SKSV, and SD: the pointer is into the segment descriptor.
            BigEndian.put16(to, 16, field);
        }
        int length = from;
        if (source != null) {
            to[8] = (byte) length;
            length = append(to, length, source);
        }
        if (destination != null) {
            to[9] = (byte) length;
            length = append(to, length, destination);
        }
        to[7] = (byte) (length - 8);
        return length;
    }

    private static int append(byte[] to, int at, Answer answer) {
        byte[] theirs = new byte[Sense.FIXED_BYTES];
        int length = 0;
        if (answer.status() == Sense.CHECK_CONDITION) {
            length = Sense.write(theirs, false, answer.key(), answer.sense());
        }
        to[at] = (byte) answer.status();
        System.arraycopy(theirs, 0, to, at + 1, length);
        return at + 1 + length;
    }

    private int writeDescriptors(byte[] to, int from, int segment, long residue) {
        Arrays.fill(to, from, from + 32, (byte) 0);
        to[from + 1] = 0x0a; // Information descriptor.
        to[from + 2] = (byte) 0x80;
        BigEndian.put64(to, from + 4, residue);
        to[from + 12] = 0x01; // Command specific information descriptor.
        to[from + 13] = 0x0a;
        BigEndian.put16(to, from + 22, segment);
        int length = from + 24;
        if (field >= 0) {
            to[length] = 0x02; // Sense key specific descriptor.
            to[length + 1] = 0x06;
            to[length + 4] = (byte) 0xa0;
            BigEndian.put16(to, length + 5, field);
            length += 8;
        }
        to[7] = (byte) (length - 8);
        return length;
    }
}
