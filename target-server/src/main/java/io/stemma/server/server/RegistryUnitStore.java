package io.stemma.server.server;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.Registry;
import io.stemma.engine.volume.VolumeId;
import io.stemma.server.scsi.UnitStore;

import java.util.Optional;

/** What a logical unit keeps, in the registry beside its volume. */
final class RegistryUnitStore implements UnitStore {
    private static final String PREFIX = "unit/";

    private final Registry registry;
    private final String prefix;

    RegistryUnitStore(Registry registry, VolumeId volume) {
        this.registry = registry;
        prefix = prefix(volume);
    }

    private static String prefix(VolumeId volume) {
        return PREFIX + volume + "/";
    }

    @Override
    public Optional<byte[]> get(String name) {
        return registry.get(prefix + name);
    }

    @Override
    public void put(String name, byte[] value) throws DeviceException {
        registry.put(prefix + name, value);
    }

    @Override
    public void remove(String name) throws DeviceException {
        registry.remove(prefix + name);
    }

    /** Forgets everything that was kept for a volume that is deleted. */
    static void removeAll(Registry registry, VolumeId volume) throws DeviceException {
        for (String key : registry.list(prefix(volume)).keySet()) {
            registry.remove(key);
        }
    }
}
