package io.stemma.server.iscsi.task;

/**
 * What a {@link SessionMeter} may see of a command, while it is called and no longer: the object is
 * used again. All times as System.nanoTime() tells them.
 */
public interface MeasuredCommand {
    /** Initiator task tag. */
    int tag();

    /** The LUN field (SAM-5, 4.7). */
    long lun();

    /** Whether a logical unit was mapped there when it came. */
    boolean hasUnit();

    /** The command descriptor block; not to be changed. */
    byte[] cdb();

    /** Status (SAM-5, 5.3). */
    int status();

    /** Sense data; not to be changed. */
    byte[] sense();

    /** Length of the sense data, 0 for none. */
    int senseLength();

    /** Bytes of data in that went to the initiator. */
    int dataInSent();

    /** Bytes of data out that were gathered. */
    int dataOutLength();

    /** Whether it was aborted, and no status sent. */
    boolean aborted();

    /** How many R2Ts it took. */
    int r2ts();

    /** When its first PDU was read from the socket; one time for all PDUs of one read. */
    long receivedNanos();

    /** When its turn had come and memory for its data was there. */
    long begunNanos();

    /** When its data out was complete and it went to its logical unit. */
    long gatheredNanos();

    /** When the storage began to work on it; 0 where nobody noted it. */
    long issuedNanos();

    /** When it left the storage on a thread that is not the event loop, else 0. */
    long storedNanos();
}
