package io.stemma.server.scsi;

/** A logical unit (SAM-5, 4.5.19): executes commands on a volume. */
public final class LogicalUnit {}
