package io.stemma.engine.volume;

import io.stemma.engine.io.SimulatedDisk;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How often a crash hit which kind of disk operation while what was under way. */
final class CrashMatrix {
    /** What the disk was doing. */
    enum Site {
        WRITE_DATA,
        WRITE_JOURNAL,
        SYNC_DATA,
        SYNC_JOURNAL,
        SYNC_FOLDER,
        CREATE,
        UNLINK,
        TRUNCATE,
        PUNCH;

        static Site of(SimulatedDisk.Operation operation) {
            boolean journal = operation.name().startsWith("journal");
            return switch (operation.act()) {
                case WRITE, WRITE_DURABLE, ALLOCATE -> journal ? WRITE_JOURNAL : WRITE_DATA;
                case DATA_SYNC -> journal ? SYNC_JOURNAL : SYNC_DATA;
                case FOLDER_SYNC -> SYNC_FOLDER;
                case CREATE, RENAME -> CREATE;
                case UNLINK -> UNLINK;
                case RESIZE -> TRUNCATE;
                case PUNCH -> PUNCH;
                case MEASURE, MARK -> throw new IllegalArgumentException(operation.toString());
            };
        }
    }

    /** What was asked for. */
    enum Under {
        SNAPSHOT,
        CLONE,
        REVERT,
        DELETE,
        MERGE,
        RESIZE,
        WRITE,
        UNMAP,
        FLUSH,
        RESTART,
        /** Whatever needs no column of its own: creation, names, holds, promotion. */
        OTHER
    }

    /** Why there can be no such crash; null if there can. */
    static @Nullable String impossible(Under under, Site site) {
        return switch (site) {
            case PUNCH ->
                    under == Under.UNMAP || under == Under.MERGE
                            ? null
                            : "holes are punched by tasks of unmaps and merges, whoever waits";
            case TRUNCATE ->
                    under == Under.RESIZE || under == Under.MERGE || under == Under.RESTART
                            ? null
                            : "only resizes, merges and starts change the length of a file";
            case WRITE_DATA, SYNC_DATA ->
                    under == Under.CLONE && site == Site.WRITE_DATA
                            ? "a clone copies nothing"
                            : under == Under.DELETE
                                            || (under == Under.REVERT && site == Site.WRITE_DATA)
                                    ? "what was asked for before has ended, and nothing is copied"
                                    : null;
            case WRITE_JOURNAL, SYNC_JOURNAL, SYNC_FOLDER, CREATE, UNLINK -> null;
        };
    }

    private final Map<Under, Map<Site, Long>> counts = new EnumMap<>(Under.class);

    void count(SimulatedDisk.@Nullable Operation cut, Under under) {
        if (cut != null) {
            counts.computeIfAbsent(under, absent -> new EnumMap<>(Site.class))
                    .merge(Site.of(cut), 1L, Long::sum);
        }
    }

    long at(Under under, Site site) {
        return counts.getOrDefault(under, Map.of()).getOrDefault(site, 0L);
    }

    /** Where no crash has been that can be, as "UNDER at SITE". */
    List<String> empty() {
        List<String> empty = new ArrayList<>();
        for (Under under : Under.values()) {
            for (Site site : Site.values()) {
                if (at(under, site) == 0 && impossible(under, site) == null) {
                    empty.add(under + " at " + site);
                }
            }
        }
        return empty;
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder("%-10s".formatted("crashes"));
        for (Site site : Site.values()) {
            table.append("%14s".formatted(words(site)));
        }
        for (Under under : Under.values()) {
            table.append("%n%-10s".formatted(words(under)));
            for (Site site : Site.values()) {
                table.append("%14d".formatted(at(under, site)));
            }
        }
        for (Under under : Under.values()) {
            for (Site site : Site.values()) {
                String why = impossible(under, site);
                if (why != null) {
                    table.append("%n%s at %s cannot be: %s".formatted(under, site, why));
                }
            }
        }
        return table.toString();
    }

    private static String words(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
