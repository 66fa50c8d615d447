package io.stemma.server.metrics;

import io.stemma.server.iscsi.task.MeasuredCommand;
import io.stemma.server.scsi.CommandName;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of a command from its end until its answer has left, when its time is known. Used
 * again and again by one event loop.
 */
final class EndedCommand {
    private static final int CDB_BYTES = 16;

    /** The next one of the same session, or of those that are free. */
    @Nullable EndedCommand next;

    @Nullable UnitFigures unit;
    CommandName name = CommandName.OTHER;
    long lun;
    int tag;
    int status;
    long bytes;
    long receivedNanos;
    long begunNanos;
    long gatheredNanos;
    long issuedNanos;
    long storedNanos;
    final byte[] cdb = new byte[CDB_BYTES];

    void set(@Nullable UnitFigures on, CommandName command, MeasuredCommand measured) {
        unit = on;
        name = command;
        lun = measured.lun();
        tag = measured.tag();
        status = measured.status();
        bytes = (long) measured.dataInSent() + measured.dataOutLength();
        receivedNanos = measured.receivedNanos();
        begunNanos = measured.begunNanos();
        gatheredNanos = measured.gatheredNanos();
        issuedNanos = measured.issuedNanos();
        storedNanos = measured.storedNanos();
        System.arraycopy(measured.cdb(), 0, cdb, 0, CDB_BYTES);
    }
}
