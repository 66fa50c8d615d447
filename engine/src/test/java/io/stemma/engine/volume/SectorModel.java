package io.stemma.engine.volume;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What each sector of 512 bytes of one volume may hold: the versions it had since the last one that
 * is durable for certain, oldest first, and which of them was acknowledged last. A version is the
 * number of the write that made it, 0 for zeroes.
 */
final class SectorModel {
    /** One sector. */
    private static final class Sector {
        final List<Integer> versions = new ArrayList<>(List.of(0));

        /** Versions dropped so far, so that places keep their numbers. */
        int dropped;

        /** Place of the version that was acknowledged last. */
        int acknowledged;

        int place() {
            return dropped + versions.size() - 1;
        }

        void durableFrom(int place) {
            while (dropped < place) {
                versions.removeFirst();
                dropped++;
            }
            // What was seen durably counts as answered.
            acknowledged = Math.max(acknowledged, place);
        }

        void settle(int version) {
            versions.clear();
            versions.add(version);
            dropped = 0;
            acknowledged = 0;
        }
    }

    /** A write whose sectors are all old or all new. */
    private record Whole(int version, int first, int count) {}

    private final int logicalBlockBytes;
    private final List<Whole> wholes = new ArrayList<>();
    private final List<Sector> sectors = new ArrayList<>();
    String name;

    /** What the call under way would make of it; it may have happened or not when it is cut. */
    @Nullable String nameTried;

    int sizeTried;

    SectorModel(String name, int sectorCount, int logicalBlockBytes) {
        this.name = name;
        this.logicalBlockBytes = logicalBlockBytes;
        resize(sectorCount);
    }

    /** The same, to go on from in two ways. */
    SectorModel copy() {
        SectorModel copy = new SectorModel(name, 0, logicalBlockBytes);
        copy.nameTried = nameTried;
        copy.sizeTried = sizeTried;
        copy.wholes.addAll(wholes);
        for (Sector sector : sectors) {
            Sector same = new Sector();
            same.versions.clear();
            same.versions.addAll(sector.versions);
            same.dropped = sector.dropped;
            same.acknowledged = sector.acknowledged;
            copy.sectors.add(same);
        }
        return copy;
    }

    /** Each sector holds this for certain, whatever happens. */
    SectorModel become(int[] versions) {
        wholes.clear();
        resize(versions.length);
        for (int i = 0; i < versions.length; i++) {
            sectors.get(i).settle(versions[i]);
        }
        return this;
    }

    /** A sector was seen durably with the version that came next after a place with that number. */
    void durableAfter(int sector, int place, int version) {
        Sector one = sectors.get(sector);
        for (int i = Math.max(0, place + 1 - one.dropped); i < one.versions.size(); i++) {
            if (one.versions.get(i) == version) {
                one.durableFrom(one.dropped + i);
                return;
            }
        }
    }

    int logicalBlockBytes() {
        return logicalBlockBytes;
    }

    int sectors() {
        return sectors.size();
    }

    /** The size changed for certain: what was cut is gone, what is new reads zero. */
    void resize(int sectorCount) {
        while (sectors.size() > sectorCount) {
            sectors.removeLast();
        }
        while (sectors.size() < sectorCount) {
            sectors.add(new Sector());
        }
        sizeTried = sectorCount;
    }

    /** A change is asked for. */
    void writing(int first, int count, int version) {
        for (Sector sector : sectors.subList(first, first + count)) {
            sector.versions.add(version);
        }
    }

    /** A change is asked for that nothing may tear. */
    void writingWhole(int first, int count, int version) {
        writing(first, count, version);
        wholes.add(new Whole(version, first, count));
    }

    /** It was answered. */
    void written(int first, int count, boolean durable) {
        for (Sector sector : sectors.subList(first, first + count)) {
            sector.acknowledged = sector.place();
            if (durable) {
                sector.durableFrom(sector.acknowledged);
            }
        }
    }

    /** What a flush that is asked for now has to make durable. */
    int[] flushing() {
        return sectors.stream().mapToInt(sector -> sector.acknowledged).toArray();
    }

    /** A flush was answered. */
    void flushed(int[] places) {
        for (int i = 0; i < places.length; i++) {
            sectors.get(i).durableFrom(places[i]);
        }
    }

    /**
     * Compares what was read after a recovery, and goes on from it.
     *
     * @param found a version for each sector, -1 for what no write ever wrote there
     * @return what is wrong; null if nothing is
     */
    @Nullable String compare(int[] found, boolean cacheSurvived) {
        if (found.length != sectors.size()) {
            if (found.length != sizeTried) {
                return "%s has %d sectors, not %d or %d"
                        .formatted(name, found.length, sectors.size(), sizeTried);
            }
            resize(found.length);
        }
        sizeTried = sectors.size();
        String torn = torn(found);
        if (torn != null) {
            return torn;
        }
        for (int i = 0; i < found.length; i++) {
            Sector sector = sectors.get(i);
            int from = cacheSurvived ? sector.acknowledged - sector.dropped : 0;
            Set<Integer> allowed =
                    new TreeSet<>(sector.versions.subList(from, sector.versions.size()));
            if (!allowed.contains(found[i])) {
                return "%s sector %d holds %d, not one of %s".formatted(name, i, found[i], allowed);
            }
            if (cacheSurvived) {
                settleInCache(sector, found[i]);
            } else {
                sector.settle(found[i]);
            }
        }
        if (!cacheSurvived) {
            wholes.clear();
        }
        return null;
    }

    /** Looks for a write of which one sector is there and another is older than it. */
    private @Nullable String torn(int[] found) {
        List<Whole> never = new ArrayList<>();
        for (Whole whole : wholes) {
            int older = -1;
            int there = -1;
            for (int i = whole.first; i < Math.min(found.length, whole.first + whole.count); i++) {
                List<Integer> versions = sectors.get(i).versions;
                int place = versions.indexOf(whole.version);
                if (place >= 0 && found[i] == whole.version) {
                    there = i;
                } else if (place >= 0 && versions.lastIndexOf(found[i]) < place) {
                    older = i;
                }
            }
            if (older >= 0 && there >= 0) {
                return "%s: write %d is torn: sector %d has it, sector %d holds %d"
                        .formatted(name, whole.version, there, older, found[older]);
            }
            if (older >= 0) {
                never.add(whole);
            }
        }
        never.forEach(this::neverHappened);
        return null;
    }

    /** One that was cut and is not there did not begin in place: no later crash shows it. */
    private void neverHappened(Whole whole) {
        wholes.remove(whole);
        int end = Math.min(sectors.size(), whole.first + whole.count);
        for (Sector sector : sectors.subList(Math.min(whole.first, end), end)) {
            boolean last = sector.versions.getLast() == whole.version;
            if (last && sector.acknowledged < sector.place()) {
                sector.versions.removeLast();
            }
        }
    }

    /**
     * What is read is what counts now. What was tried and never answered may have reached the file
     * behind a record that says the block is absent; until a flush makes that record good, a lost
     * power may still bring it to light, as it may bring back what was there before.
     */
    private static void settleInCache(Sector sector, int found) {
        if (sector.versions.getLast() != found) {
            sector.versions.add(found);
        }
        sector.acknowledged = sector.place();
    }
}
