/**
 * What snapshots cost: the engine alone, in this process, on a folder of this machine, each figure
 * beside the same without snapshots.
 *
 * <p>Leaves the wire to the other programs. One thread submits; the engine's own threads run beside
 * it. Follows the acceptance of layers.
 */
@NullMarked
package io.stemma.bench.layers;

import org.jspecify.annotations.NullMarked;
