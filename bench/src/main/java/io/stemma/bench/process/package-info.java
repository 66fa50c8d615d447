/**
 * Child processes and what the kernel says about them.
 *
 * <p>Starts, watches, measures and ends processes that this program started; what they are is left
 * to {@code io.stemma.bench.peer}.
 *
 * <p>Any thread; children must be started by a thread that outlives them.
 *
 * <p>The manual page proc(5).
 */
@NullMarked
package io.stemma.bench.process;

import org.jspecify.annotations.NullMarked;
