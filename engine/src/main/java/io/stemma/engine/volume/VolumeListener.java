package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;

/** Told of what happens to a volume. Any thread; must not block or throw. */
public interface VolumeListener {
    /** The capacity changed. */
    default void resized(Geometry geometry) {}

    /** All of the content may be another: the volume was reverted. */
    default void contentChanged() {}

    /** Writes are from now on acknowledged before they are durable, or no longer. */
    default void writeCacheChanged(boolean enabled) {}

    /** The volume went offline. */
    default void offline(DeviceFault fault) {}

    /** The volume is being deleted; every later request completes with GONE. */
    default void deleted() {}

    /** The backend got fuller than its soft threshold; see {@link VolumeBackend#space}. */
    default void softThresholdReached() {}

    /** {@link Volume#congested} changed. */
    default void congestionChanged(boolean congested) {}
}
