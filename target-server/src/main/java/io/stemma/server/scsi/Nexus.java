package io.stemma.server.scsi;

/**
 * An I_T nexus (SAM-5, 4.7): who sends commands. One object as long as the session lives; the
 * identity outlives it, because reservations and unit attentions belong to initiator port and
 * target port (RFC 7143, 4.4.2), not to a connection.
 */
public interface Nexus {
    /** Initiator port: initiator name, ",i,0x", ISID in 12 hexadecimal digits (RFC 7143, 4.4.2). */
    String initiatorPort();

    /** Relative identifier of the target port this nexus uses, 1 or more (the portal group tag). */
    int relativeTargetPort();

    /**
     * Aborts the tasks of this nexus on one logical unit, or on all where {@code unit} is null; no
     * status is sent for them. Any thread.
     *
     * @param done runs once, on any thread, when no storage operation of theirs remains
     */
    void abortTasks(@org.jspecify.annotations.Nullable LogicalUnit unit, Runnable done);

    /**
     * The logical unit map or a capacity changed; the transport may send an asynchronous message.
     */
    default void unitAttentionRaised(LogicalUnit unit) {}
}
