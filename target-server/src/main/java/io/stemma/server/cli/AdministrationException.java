package io.stemma.server.cli;

/** An operation was refused or failed. The message is for the administrator to read. */
public final class AdministrationException extends Exception {
    private static final long serialVersionUID = 1L;

    /** A refusal in words. */
    public AdministrationException(String message) {
        super(message);
    }

    /** A failure with its cause. */
    public AdministrationException(String message, Throwable cause) {
        super(message, cause);
    }
}
