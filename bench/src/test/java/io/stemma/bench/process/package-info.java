/** Tests of what is read from the kernel and of the life of children. */
@NullMarked
package io.stemma.bench.process;

import org.jspecify.annotations.NullMarked;
