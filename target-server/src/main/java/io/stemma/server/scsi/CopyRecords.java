package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The copies that one logical unit was asked for, by nexus and list identifier: those under way,
 * and the outcomes of those that ended, until they were read, the identifier is used again, the
 * nexus or the unit is reset, or {@link CopyLimits#RECORDS_MAX} newer ones came. Any thread.
 */
final class CopyRecords {
    private record Key(Nexus nexus, int identifier) {}

    private final Map<Key, CopyRecord> records = new LinkedHashMap<>();

    /**
     * A copy begins.
     *
     * @return where it notes what becomes of it; null if one of that name is under way
     */
    synchronized @Nullable CopyRecord begin(Nexus nexus, int identifier) {
        Key key = new Key(nexus, identifier);
        CopyRecord before = records.get(key);
        if (before != null && !before.ended()) {
            return null;
        }
        records.remove(key);
        CopyRecord record = new CopyRecord();
        records.put(key, record);
        if (records.size() > CopyLimits.RECORDS_MAX) {
            forgetOldest();
        }
        return record;
    }

    /** Those under way stay: they are bounded by the copies at once. */
    private void forgetOldest() {
        Iterator<CopyRecord> each = records.values().iterator();
        while (each.hasNext()) {
            if (each.next().ended()) {
                each.remove();
                return;
            }
        }
    }

    /** What is known of a copy, or null where there is none of that name. */
    synchronized @Nullable CopyRecord of(Nexus nexus, int identifier) {
        return records.get(new Key(nexus, identifier));
    }

    /** Forgets a copy whose outcome was read, or that nobody will ask for. */
    synchronized void forget(Nexus nexus, int identifier, CopyRecord which) {
        records.remove(new Key(nexus, identifier), which);
    }

    /** A nexus is lost. */
    synchronized void forget(Nexus nexus) {
        records.keySet().removeIf(key -> key.nexus().equals(nexus));
    }

    /** The unit is reset; its copies were aborted before. */
    synchronized void forgetAll() {
        records.clear();
    }
}
