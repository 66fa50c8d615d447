package io.stemma.server.iscsi.session;

import io.netty.buffer.ByteBufAllocator;
import io.stemma.server.iscsi.pdu.PduEncoder;
import io.stemma.server.iscsi.text.NegotiatedParameters;

/** A connection as full feature phase sees it: PDUs are written in place, in batches. */
public interface DataConnection extends Connection {
    /** Why PDUs are not read for a while. */
    enum Pause {
        /** The initiator does not read what was sent. */
        OUTPUT,
        /** There is no memory to receive the PDU that begins. */
        MEMORY,
        /** Tasks of the session that this one replaces still end. */
        REINSTATEMENT,
        /** The initiator asks too much too early; see {@link Connection#rest}. */
        REST
    }

    /** Where PDUs are written. */
    OutputBatch output();

    /** What was applied last; a text exchange may change it while commands run. */
    NegotiatedParameters parameters();

    /** What writes them. */
    PduEncoder encoder();

    /** Where buffers come from. */
    ByteBufAllocator allocator();

    /**
     * Whether the data of the current PDU may be kept by retaining its buffer; if not it has to be
     * copied, because too many receive buffers are kept already.
     */
    boolean mayHold();

    /** When the bytes that are being delivered were read, as System.nanoTime() tells it. */
    long readNanos();

    /** Sends what was batched unless the current read will do it at its end. */
    void flushSoon();

    /** Stops reading and delivering PDUs after the current one. */
    void pause(Pause why);

    /** Goes on, if this was the last reason to pause. */
    void resume(Pause why);

    /** Nothing was heard for a while: memory for receiving is given back until something comes. */
    void idle();

    /** The session has begun: the time to log in is over. */
    void loggedIn();
}
