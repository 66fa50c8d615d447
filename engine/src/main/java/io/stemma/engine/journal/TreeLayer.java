package io.stemma.engine.journal;

import io.stemma.engine.layer.PresenceMap;

/** What the journal knows of one layer. Guarded by the journal's lock, except for the key. */
final class TreeLayer {
    private final int key;
    private int parentKey;
    private long visibleBlocks;
    private PresenceMap shadow;

    /** Volumes that have it as their head, names of it, and layers over it. */
    private int users;

    /**
     * A layer that nobody uses yet.
     *
     * @param key its key
     * @param parentKey the layer below it; 0 for none
     * @param visibleBlocks blocks of the parent that show through, from the first on
     * @param shadow its blocks as of the last barrier
     */
    TreeLayer(int key, int parentKey, long visibleBlocks, PresenceMap shadow) {
        this.key = key;
        this.shadow = shadow;
        lieOver(parentKey, visibleBlocks);
    }

    int key() {
        return key;
    }

    /** The layer below it; 0 for none. */
    int parentKey() {
        return parentKey;
    }

    /** Blocks of the parent that show through; 0 without a parent. */
    long visibleBlocks() {
        return visibleBlocks;
    }

    void lieOver(int newParentKey, long newVisibleBlocks) {
        parentKey = newParentKey;
        visibleBlocks = newParentKey == 0 ? 0 : newVisibleBlocks;
    }

    /** Its blocks as of the last barrier; of a frozen layer the engine may have the same object. */
    PresenceMap shadow() {
        return shadow;
    }

    void shadow(PresenceMap map) {
        shadow = map;
    }

    long blocks() {
        return shadow.blockCount();
    }

    /** The size is another; what shows through never becomes more by that. */
    void resize(long blocks) {
        shadow.resize(blocks);
        visibleBlocks = Math.min(visibleBlocks, blocks);
    }

    int users() {
        return users;
    }

    void users(int count) {
        users = count;
    }
}
