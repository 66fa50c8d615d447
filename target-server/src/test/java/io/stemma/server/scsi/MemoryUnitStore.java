package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What a unit keeps, in memory; may be made to fail. */
final class MemoryUnitStore implements UnitStore {
    final Map<String, byte[]> values = new ConcurrentHashMap<>();

    /** What changes meet. */
    volatile @Nullable DeviceFault fault;

    @Override
    public Optional<byte[]> get(String name) {
        return Optional.ofNullable(values.get(name)).map(byte[]::clone);
    }

    @Override
    public void put(String name, byte[] value) throws DeviceException {
        check();
        values.put(name, value.clone());
    }

    @Override
    public void remove(String name) throws DeviceException {
        check();
        values.remove(name);
    }

    private void check() throws DeviceException {
        DeviceFault met = fault;
        if (met != null) {
            throw new DeviceException(met);
        }
    }
}
