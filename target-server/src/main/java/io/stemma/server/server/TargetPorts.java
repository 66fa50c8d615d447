package io.stemma.server.server;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.Registry;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The relative port identifier of each target, kept for as long as its name is used, so that a host
 * finds a path again by the number under which it knew it.
 */
final class TargetPorts {
    private static final String PREFIX = "port/";

    private final Registry registry;

    TargetPorts(Registry registry) {
        this.registry = registry;
    }

    /** The number of a target, a free one if it has none yet. Blocking. */
    synchronized int of(String targetName) throws DeviceException {
        Optional<byte[]> known = registry.get(PREFIX + targetName);
        if (known.isPresent()) {
            return number(known.get());
        }
        Set<Integer> taken = new HashSet<>();
        for (Map.Entry<String, byte[]> entry : registry.list(PREFIX).entrySet()) {
            taken.add(number(entry.getValue()));
        }
        int free = 1;
        while (taken.contains(free)) {
            free++;
        }
        registry.put(
                PREFIX + targetName, Integer.toString(free).getBytes(StandardCharsets.US_ASCII));
        return free;
    }

    /** Gives the number of a target that is gone to others. */
    synchronized void remove(String targetName) throws DeviceException {
        registry.remove(PREFIX + targetName);
    }

    private static int number(byte[] value) {
        return Integer.parseInt(new String(value, StandardCharsets.US_ASCII));
    }
}
