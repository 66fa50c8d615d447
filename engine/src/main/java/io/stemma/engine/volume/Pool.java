package io.stemma.engine.volume;

import io.stemma.engine.io.Folder;
import io.stemma.engine.journal.Journal;
import io.stemma.engine.runtime.TimeSource;

import java.util.Set;

/**
 * What all volumes of one folder share.
 *
 * @param folder where layers and journal lie
 * @param journal the one truth about everything but payload
 * @param threads where work runs
 * @param time the clock
 * @param unsynced the bound on unsynced bytes of all volumes together
 * @param layers the layers that lie there
 * @param space how full the file system is
 * @param plants mistakes to make; none outside of tests
 */
record Pool(
        Folder folder,
        Journal journal,
        BackendThreads threads,
        TimeSource time,
        UnsyncedPool unsynced,
        PoolLayers layers,
        PoolSpace space,
        Set<Plant> plants) {
    boolean makes(Plant mistake) {
        return plants.contains(mistake);
    }
}
