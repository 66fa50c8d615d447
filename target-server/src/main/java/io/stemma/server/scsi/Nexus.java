package io.stemma.server.scsi;

/**
 * An I_T nexus (SAM-5, 4.7): who sends commands. One object as long as the session lives; the
 * identity outlives it, because reservations and unit attentions belong to initiator port and
 * target port (RFC 7143, 4.4.2), not to a connection.
 */
public interface Nexus {
    /** Initiator port: initiator name, ",i,0x", ISID in 12 hexadecimal digits (RFC 7143, 4.4.2). */
    String initiatorPort();

    /** Initiator device: the initiator name, which is what comes before the ISID. */
    default String initiatorName() {
        String port = initiatorPort();
        int end = port.lastIndexOf(",i,0x");
        return end < 0 ? port : port.substring(0, end);
    }

    /** As whom the initiator proved itself at login, empty where nothing was asked for. */
    default String userName() {
        return "";
    }

    /** Whether the same initiator, proved as the same user, has the other nexus. */
    default boolean sameInitiator(Nexus other) {
        return initiatorName().equals(other.initiatorName()) && userName().equals(other.userName());
    }

    /** Target port: target name, ",t,0x", portal group tag in 4 hexadecimal digits. */
    String targetPort();

    /** Relative identifier of the target port, 1 to 65,535; no two targets of a server share it. */
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
