package io.stemma.engine.volume;

import io.stemma.engine.layer.Layer;

import org.jspecify.annotations.Nullable;

/**
 * A layer without a name and its only child, which are to become one.
 *
 * @param parent the layer without a name; nobody sees it but through the child
 * @param child the other
 * @param host the volume whose head the child is; null if the child is frozen
 * @param way what is to be done
 */
record Edge(Layer parent, Layer child, @Nullable FileVolume host, Way way) {
    /** What is to be done with an edge. */
    enum Way {
        /** The parent's blocks go into the child. */
        INTO_CHILD,
        /** The child's blocks go into the parent, which takes its place. */
        INTO_PARENT,
        /** The parent stays, without the blocks that the child hides. */
        TRIM
    }
}
