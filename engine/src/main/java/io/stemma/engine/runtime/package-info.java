/**
 * What every room stands on: the clock, bounds, invariants. Leaves everything about blocks and
 * files to the rooms below it in the table. Any thread. Document: docs/architecture.md.
 */
@NullMarked
package io.stemma.engine.runtime;

import org.jspecify.annotations.NullMarked;
