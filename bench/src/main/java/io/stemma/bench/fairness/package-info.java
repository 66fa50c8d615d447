/**
 * Whether one peer, disk or session suffers from another: floods, a slow disk, several sessions,
 * thousands of idle ones.
 *
 * <p>Measures and judges against the bounds the project promises itself; leaves processes and their
 * figures to {@code io.stemma.bench.process}, the load to {@code io.stemma.bench.initiator}.
 *
 * <p>Each program runs on the main thread and owns the threads of its sessions.
 *
 * <p>RFC 7143; bench/README.md.
 */
@NullMarked
package io.stemma.bench.fairness;

import org.jspecify.annotations.NullMarked;
