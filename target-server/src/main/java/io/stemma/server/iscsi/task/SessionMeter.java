package io.stemma.server.iscsi.task;

/**
 * Counts the commands of one session. Called on the event loop of its connection only; does not
 * throw, block or make garbage.
 */
public interface SessionMeter {
    /** Counts nothing. */
    SessionMeter NONE =
            new SessionMeter() {
                @Override
                public void begun(MeasuredCommand command) {}

                @Override
                public void ended(MeasuredCommand command) {}

                @Override
                public void sent() {}

                @Override
                public void close() {}
            };

    /** A command was accepted; its CDB is not there yet. */
    void begun(MeasuredCommand command);

    /** A command has ended; its answer, if it gets one, waits for the batch to be sent. */
    void ended(MeasuredCommand command);

    /** Every answer of a command that has ended is handed to the socket. */
    void sent();

    /** The session has ended and with it all its commands. */
    void close();
}
