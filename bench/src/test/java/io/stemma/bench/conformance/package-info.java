@NullMarked
package io.stemma.bench.conformance;

import org.jspecify.annotations.NullMarked;
