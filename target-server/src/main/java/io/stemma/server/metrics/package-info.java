/**
 * Figures of commands: counters and latencies by session, logical unit and operation, and word of
 * the slow ones. Leaves the wire to {@code iscsi.task}, which reports to it, and showing them to
 * {@code cli} and {@code server}. Counted on event loops, read on any thread. Document: RFC 7143,
 * 11.3 and 11.4, for what a command is; docs/operations.md for what is shown.
 */
@NullMarked
package io.stemma.server.metrics;

import org.jspecify.annotations.NullMarked;
