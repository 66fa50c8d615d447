/**
 * The side-by-side comparison: which load, in which turn, and what the figures say.
 *
 * <p>Starts no target and speaks no iSCSI itself; those are left to {@code io.stemma.bench.peer}
 * and {@code io.stemma.bench.libiscsi}.
 *
 * <p>The thread that runs {@code main}.
 *
 * <p>{@code bench/README.md} says how to read the result.
 */
@NullMarked
package io.stemma.bench.load;

import org.jspecify.annotations.NullMarked;
