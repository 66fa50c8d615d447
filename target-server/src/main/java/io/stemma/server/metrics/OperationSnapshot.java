package io.stemma.server.metrics;

import io.stemma.server.scsi.CommandName;

/**
 * An operation and what was counted of it, on all logical units.
 *
 * @param name which
 * @param errors answers other than GOOD
 * @param latency of all that were answered
 */
public record OperationSnapshot(CommandName name, long errors, Latency latency) {}
