package io.stemma.engine.volume;

/**
 * What a backend can do and the numbers that SCSI reports from it.
 *
 * @param name "file", later "rbd"
 * @param shared whether several processes may open one volume, one of them writing
 * @param fencing whether an owner can be cut off from its storage
 * @param shrink whether a volume can be made smaller
 * @param discardReadsZero whether unmapped blocks read zero for certain
 * @param discardGranularityBytes smallest aligned piece that gives space back
 * @param atomicWriteBytes a write up to this size and alignment is never torn by a crash
 * @param largestTransferBytes largest single request
 * @param cutHoldsIo whether cutting snapshots holds host requests for a moment
 */
public record BackendCapabilities(
        String name,
        boolean shared,
        boolean fencing,
        boolean shrink,
        boolean discardReadsZero,
        int discardGranularityBytes,
        int atomicWriteBytes,
        int largestTransferBytes,
        boolean cutHoldsIo) {}
