/**
 * The load generator: one session of Debian's libiscsi, a stranger's initiator, in a process of its
 * own.
 *
 * <p>It puts a stated load on one logical unit and counts; whom it loads and what the figures mean
 * is left to {@code io.stemma.bench.load}.
 *
 * <p>One thread, the one that runs {@code main}: it submits, polls, and is called back.
 *
 * <p>RFC 7143; libiscsi's public header, release 1.19.
 */
@NullMarked
package io.stemma.bench.libiscsi;

import org.jspecify.annotations.NullMarked;
