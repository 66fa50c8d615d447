package io.stemma.server.scsi;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The target ports through which a logical unit is reached, each in a target port group of its own.
 * Immutable.
 *
 * @param names target port names by relative target port identifier, ascending
 */
record TargetPortList(Map<Integer, String> names) {
    /** No way leads to the unit. */
    static final TargetPortList NONE = new TargetPortList(Map.of());

    /** Keeps a sorted copy. */
    TargetPortList {
        names = Collections.unmodifiableMap(new TreeMap<>(names));
    }

    /** The relative identifier of a port; 0, which is none, where the unit is not reached by it. */
    int relative(String targetPort) {
        for (Map.Entry<Integer, String> entry : names.entrySet()) {
            if (entry.getValue().equals(targetPort)) {
                return entry.getKey();
            }
        }
        return 0;
    }
}
