package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import java.util.Map;
import java.util.Optional;

/**
 * Small named values that live beside the volumes in the backend's own durable truth: targets, LUN
 * maps, reservations. Keys are paths such as {@code target/iqn.2026-11.io.stemma:demo}. A change is
 * durable when the call returns. Blocking; control threads.
 */
public interface Registry {
    /** The value of a key. */
    Optional<byte[]> get(String key);

    /** All entries whose key starts with {@code prefix}, in the order of their keys. */
    Map<String, byte[]> list(String prefix);

    /** Sets a value. Too long a value or too many entries are refused as SPACE_EXHAUSTED. */
    void put(String key, byte[] value) throws DeviceException;

    /** Removes a key; a key that is not there is no error. */
    void remove(String key) throws DeviceException;
}
