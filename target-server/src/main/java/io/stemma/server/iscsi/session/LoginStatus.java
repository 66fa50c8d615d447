package io.stemma.server.iscsi.session;

/** How a login ends: Status-Class and Status-Detail of a Login Response (RFC 7143, 11.13.5). */
public enum LoginStatus {
    /** The login goes on, or is complete. */
    SUCCESS(0x0000),
    /** The target answers elsewhere for now. */
    TARGET_MOVED_TEMPORARILY(0x0101),
    /** The target answers elsewhere from now on. */
    TARGET_MOVED_PERMANENTLY(0x0102),
    /** The initiator broke a rule that has no code of its own. */
    INITIATOR_ERROR(0x0200),
    /** The initiator is not who it says, or did not prove it. */
    AUTHENTICATION_FAILURE(0x0201),
    /** The initiator may not use this target. */
    AUTHORIZATION_FAILURE(0x0202),
    /** There is no such target. */
    NOT_FOUND(0x0203),
    /** There was such a target. */
    TARGET_REMOVED(0x0204),
    /** No common protocol version. */
    UNSUPPORTED_VERSION(0x0205),
    /** The session has all the connections it may have. */
    TOO_MANY_CONNECTIONS(0x0206),
    /** A key without which login is impossible was not sent. */
    MISSING_PARAMETER(0x0207),
    /** The connection cannot be part of that session. */
    CANNOT_INCLUDE_IN_SESSION(0x0208),
    /** Not a session type we know. */
    SESSION_TYPE_NOT_SUPPORTED(0x0209),
    /** TSIH names no session of this initiator. */
    SESSION_DOES_NOT_EXIST(0x020a),
    /** Something other than a Login Request came. */
    INVALID_DURING_LOGIN(0x020b),
    /** Our own fault. */
    TARGET_ERROR(0x0300),
    /** We do not serve now. */
    SERVICE_UNAVAILABLE(0x0301),
    /** One of our bounds is reached. */
    OUT_OF_RESOURCES(0x0302);

    private final int code;

    LoginStatus(int code) {
        this.code = code;
    }

    /** Status-Class in bits 8 to 15, Status-Detail in bits 0 to 7. */
    public int code() {
        return code;
    }
}
