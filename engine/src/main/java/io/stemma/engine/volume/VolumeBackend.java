package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import java.util.List;
import java.util.Optional;

/**
 * What stores volumes: the service provider interface. Every structural change is durable when its
 * call returns. Control methods block, may be called from several threads, and never from an event
 * loop. Errors: {@link DeviceException}; a refused name or size is {@link IllegalArgumentException}
 * with a message that says what to write instead.
 *
 * <p>What not every backend can do stands in interfaces of its own that {@link #facet} gives out,
 * so that no backend has methods that only refuse.
 */
public interface VolumeBackend extends AutoCloseable {
    /** What this backend can do. */
    BackendCapabilities capabilities();

    /** All volumes, in the order of their names. */
    List<Volume> volumes();

    /** The volume of that name. */
    Optional<Volume> volume(String name);

    /** Makes a new volume whose blocks all read zero. */
    Volume create(VolumeSpecification specification) throws DeviceException;

    /**
     * Changes the size while hosts use the volume. Making it smaller needs {@code allowShrink},
     * since blocks behind the new end are lost for ever.
     */
    void resize(Volume volume, long newBlockCount, boolean allowShrink) throws DeviceException;

    /** Changes the name. */
    void rename(Volume volume, String newName) throws DeviceException;

    /** Changes whether writes are acknowledged before they are durable. */
    void writeCache(Volume volume, boolean enabled) throws DeviceException;

    /** Deletes the volume; requests in flight end first, later ones complete with GONE. */
    void delete(Volume volume) throws DeviceException;

    /** After a failed sync: accepts what is on disk by the rule of lost power and serves again. */
    void recover(Volume volume) throws DeviceException;

    /** Space of everything in the backend. */
    SpaceUsage usage();

    /** How full the backend is. Does not block. */
    SpaceState space();

    /** Durable small values beside the volumes. */
    Registry registry();

    /** An optional ability, such as points in time or ownership by one of several processes. */
    <F> Optional<F> facet(Class<F> facet);

    /** Flushes every volume, notes a clean end, and lets go of everything. */
    @Override
    void close() throws DeviceException;
}
