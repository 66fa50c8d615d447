package io.stemma.server.iscsi.session;

/**
 * The bounds of the wire: what is counted, how many, and what happens at the bound. Tests use small
 * ones.
 *
 * @param sessionsMax sessions at once; one more login is told 0302h
 * @param loginsMax connections that have not logged in; one more is closed at once
 * @param loginSeconds a connection that has not logged in by then is closed
 * @param commandWindow commands an initiator may have in flight (MaxCmdSN), 1 to 1024
 * @param immediateCommandsMax immediate commands in flight beside them; one more is rejected (06h)
 * @param heldBytesMax data of commands that came before their turn; more is dropped
 * @param gatherBytesMax memory of a connection for data in transfer; above it commands wait, or end
 *     with TASK SET FULL where they brought their data along unasked
 * @param allGatherBytesMax the same for all connections together; above it commands wait or end so,
 *     too
 * @param dataOutSeconds data that was asked for and does not come ends its command
 * @param idleSeconds a connection silent for so long is pinged
 * @param pingSeconds a ping not answered by then closes the connection
 * @param outputBytesMax bytes waiting for an initiator that does not read; above it nothing more is
 *     read from it
 * @param closeSeconds what was sent may take so long to leave before the connection is cut
 */
public record SessionLimits(
        int sessionsMax,
        int loginsMax,
        int loginSeconds,
        int commandWindow,
        int immediateCommandsMax,
        int heldBytesMax,
        int gatherBytesMax,
        int allGatherBytesMax,
        int dataOutSeconds,
        int idleSeconds,
        int pingSeconds,
        int outputBytesMax,
        int closeSeconds) {
    /** Receive memory of a connection before full feature phase, bytes. */
    public static final int LOGIN_RECEIVE_BYTES = 16 << 10;

    /** Receive memory of a connection in full feature phase, bytes. */
    public static final int RECEIVE_BYTES = 512 << 10;

    /**
     * Memory for receiving of all connections beyond {@link #LOGIN_RECEIVE_BYTES} each. When three
     * quarters are taken, further connections keep their small buffer; when all of it is, one that
     * sends a PDU longer than that is not read from for the time being.
     */
    public static final int ALL_RECEIVE_BYTES = 40 << 20;

    /** Longest data segment before anything is negotiated (RFC 7143, 13.12). */
    public static final int LOGIN_DATA_SEGMENT_BYTES = 8192;

    /** One output buffer, bytes. */
    public static final int OUTPUT_BUFFER_BYTES = 320 << 10;

    /** What a server runs with. */
    public static SessionLimits standard() {
        return new SessionLimits(
                16_384, 128, 15, 128, 32, 1 << 20, 24 << 20, 48 << 20, 30, 30, 15, 256 << 10, 5);
    }
}
