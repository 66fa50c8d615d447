/**
 * JMH benchmarks of single stops on the path of a command, and of the whole path over loopback.
 *
 * <p>Measures; what is fast enough is left to the comparison.
 *
 * <p>JMH's own threads.
 *
 * <p>RFC 7143.
 */
@NullMarked
package io.stemma.bench.micro;

import org.jspecify.annotations.NullMarked;
