/**
 * Layers: one sparse file and one map of block states each, and the locks of single blocks. Leaves
 * ordering, durability and identity to {@code volume}, file access to {@code io}. Any thread.
 * Document: docs/architecture.md.
 */
@NullMarked
package io.stemma.engine.layer;

import org.jspecify.annotations.NullMarked;
