/**
 * The targets that are compared: how each is started with one logical unit, and at which values.
 *
 * <p>One class a target; what load they get is left to {@code io.stemma.bench.load}.
 *
 * <p>The thread that runs {@code main}.
 *
 * <p>The manual pages tgtadm(8), tgtd(8), istgt.conf(5); RFC 7143, 13.
 */
@NullMarked
package io.stemma.bench.peer;

import org.jspecify.annotations.NullMarked;
