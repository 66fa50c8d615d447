package io.stemma.server.scsi;

/** A SCSI target device with its logical units (SAM-5, 4.5.6). */
public final class TargetDevice {}
