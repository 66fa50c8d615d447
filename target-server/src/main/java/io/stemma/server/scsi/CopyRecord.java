package io.stemma.server.scsi;

/**
 * What is known of one copy for RECEIVE COPY STATUS and RECEIVE COPY FAILURE DETAILS (SPC-4, 6.20
 * and 6.18). Written by the one thread that works on the copy, read by any.
 */
final class CopyRecord {
    private static final int IN_PROGRESS = 0x00;
    private static final int WITHOUT_ERRORS = 0x01;
    private static final int WITH_ERRORS = 0x02;
    private static final int FAILURE_HEADER_BYTES = 60;
    private static final int UNIT_SHIFT = 10;

    private int status = IN_PROGRESS;
    private int segments;
    private long bytes;
    private byte[] sense = {};
    private boolean statusRead;
    private boolean failureRead;

    /** Some bytes were copied. */
    synchronized void copied(long more) {
        bytes += more;
    }

    /** A segment was processed. */
    synchronized void segmentEnded() {
        segments++;
    }

    /** The copy ended without errors. */
    synchronized void succeeded() {
        status = WITHOUT_ERRORS;
    }

    /**
     * The copy ended early.
     *
     * @param with sense data of the command; empty where it was aborted
     */
    synchronized void failed(byte[] with) {
        sense = with;
        status = WITH_ERRORS;
    }

    /** Whether it has ended. */
    synchronized boolean ended() {
        return status != IN_PROGRESS;
    }

    /**
     * Takes the parameter data of RECEIVE COPY STATUS. No data is ever held, so none was discarded.
     *
     * @return nothing where the outcome was read before
     */
    synchronized byte[] takeStatus() {
        if (statusRead) {
            return new byte[0];
        }
        statusRead = ended();
        byte[] data = new byte[12];
        BigEndian.put32(data, 0, data.length - 4);
        data[4] = (byte) status;
        BigEndian.put16(data, 5, segments);
        long count = bytes;
        while (count >>> 32 != 0) {
            count >>>= UNIT_SHIFT;
            data[7]++;
        }
        BigEndian.put32(data, 8, count);
        return data;
    }

    /**
     * Takes the parameter data of RECEIVE COPY FAILURE DETAILS; without a failure it says that
     * there is nothing.
     */
    synchronized byte[] takeFailure() {
        byte[] why = failureRead ? new byte[0] : sense;
        failureRead = ended();
        if (why.length == 0) {
            return new byte[4];
        }
        byte[] data = new byte[FAILURE_HEADER_BYTES + why.length];
        BigEndian.put32(data, 0, data.length - 4);
        data[56] = Sense.CHECK_CONDITION;
        BigEndian.put16(data, 58, why.length);
        System.arraycopy(why, 0, data, FAILURE_HEADER_BYTES, why.length);
        return data;
    }

    /** Whether all was read that there is. */
    synchronized boolean spent() {
        return statusRead && (failureRead || status == WITHOUT_ERRORS);
    }
}
