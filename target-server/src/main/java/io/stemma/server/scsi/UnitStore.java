package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceException;

import java.util.Optional;

/**
 * Small durable values of one logical unit, by name, which outlive the process: reservations that
 * persist, a sanitize operation that was begun. Calls block: never on an event loop.
 */
public interface UnitStore {
    /** The value of that name. */
    Optional<byte[]> get(String name);

    /**
     * Keeps a value; it is durable when this returns.
     *
     * @param value at most {@code Limits.REGISTRY_VALUE_BYTES_MAX} bytes
     */
    void put(String name, byte[] value) throws DeviceException;

    /** Forgets a value, durably; one that is not there is no error. */
    void remove(String name) throws DeviceException;
}
