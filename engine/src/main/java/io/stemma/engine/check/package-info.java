/**
 * Verifies a pool: journal, tree of layers, files, checksums. Leaves the meaning of records to
 * {@code journal} and the running of work in the background to {@code volume}. Blocking; on the
 * caller's thread. Document: docs/operations.md.
 */
@NullMarked
package io.stemma.engine.check;

import org.jspecify.annotations.NullMarked;
