package io.stemma.server.iscsi.text;

/** When text is exchanged (RFC 7143, 6.3). */
public enum KeyStage {
    /** Stage 0 of the login. */
    SECURITY,
    /** Stage 1 of the login. */
    OPERATIONAL,
    /** Text Requests. */
    FULL_FEATURE
}
