package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.journal.Journal;
import io.stemma.engine.journal.StructuralRecord.RegistryPut;
import io.stemma.engine.journal.StructuralRecord.RegistryRemoved;
import io.stemma.engine.runtime.Limits;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The registry of a pool: records of its journal, and all of it in memory. */
final class JournalRegistry implements Registry {
    private final Journal journal;
    private final TreeMap<String, byte[]> entries;

    JournalRegistry(Journal journal, Map<String, byte[]> recovered) {
        this.journal = journal;
        entries = new TreeMap<>(recovered);
    }

    @Override
    public synchronized Optional<byte[]> get(String key) {
        return Optional.ofNullable(entries.get(key)).map(byte[]::clone);
    }

    @Override
    public synchronized Map<String, byte[]> list(String prefix) {
        TreeMap<String, byte[]> found = new TreeMap<>();
        for (Map.Entry<String, byte[]> entry : entries.tailMap(prefix).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            found.put(entry.getKey(), entry.getValue().clone());
        }
        return found;
    }

    @Override
    public synchronized void put(String key, byte[] value) throws DeviceException {
        if (value.length > Limits.REGISTRY_VALUE_BYTES_MAX) {
            throw refused("a value of " + value.length + " bytes", key);
        }
        if (!entries.containsKey(key) && entries.size() >= Limits.REGISTRY_ENTRIES_MAX) {
            throw refused("one more than " + entries.size() + " entries", key);
        }
        byte[] kept = value.clone();
        journal.commit(new RegistryPut(key, kept));
        entries.put(key, kept);
    }

    private static DeviceException refused(String what, String key) {
        return new DeviceException(
                DeviceFault.of(
                        DeviceFault.Kind.SPACE_EXHAUSTED,
                        what + " in the registry",
                        "registry entry " + key));
    }

    @Override
    public synchronized void remove(String key) throws DeviceException {
        if (entries.containsKey(key)) {
            journal.commit(new RegistryRemoved(key));
            entries.remove(key);
        }
    }
}
