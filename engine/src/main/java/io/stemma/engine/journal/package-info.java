/**
 * The pool's one metadata journal: structural records, presence records, barriers, runs,
 * checkpoints, and what they say after a crash. Leaves payload and files of layers to {@code layer}
 * and {@code volume}. Publishing belongs to any thread, committing to control threads, syncing to a
 * thread of its own. Document: docs/architecture.md.
 */
@NullMarked
package io.stemma.engine.journal;

import org.jspecify.annotations.NullMarked;
