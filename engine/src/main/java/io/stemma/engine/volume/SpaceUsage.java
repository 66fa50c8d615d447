package io.stemma.engine.volume;

/**
 * Space of one volume or of a whole backend, in bytes.
 *
 * @param ownedBytes occupied by this volume alone
 * @param sharedBytes occupied and shared with others (snapshots, clones)
 * @param reclaimableBytes would come back if pending punches and merges were done
 */
public record SpaceUsage(long ownedBytes, long sharedBytes, long reclaimableBytes) {}
