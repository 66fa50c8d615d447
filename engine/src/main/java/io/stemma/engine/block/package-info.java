/**
 * The words of block storage: ranges, geometry, requests, faults, devices. Leaves files to {@code
 * io} and identity to {@code volume}. Any thread. Documents: SBC-4 clause 4, docs/architecture.md.
 */
@NullMarked
package io.stemma.engine.block;

import org.jspecify.annotations.NullMarked;
