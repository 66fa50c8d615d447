/** Tests of the comparison's arithmetic and options; what it measures is not tested. */
@NullMarked
package io.stemma.bench.fairness;

import org.jspecify.annotations.NullMarked;
