package io.stemma.server.iscsi.jscsi;

/** A control PDU from an initiator, or why there is none. */
public sealed interface ControlPdu
        permits LoginRequest, TextRequest, LogoutRequest, NopOut, ControlPdu.Malformed {
    /**
     * Not one of the four PDUs, or one that breaks clause 11 of RFC 7143. The peer's fault.
     *
     * @param unsupported whether it is the opcode that is not one of the four
     * @param why for the log
     */
    record Malformed(boolean unsupported, String why) implements ControlPdu {}
}
