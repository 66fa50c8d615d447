package io.stemma.engine.stream;

/**
 * What is in a stream.
 *
 * @param dataRecords records with bytes
 * @param zeroRecords records of blocks that read zero
 * @param dataBlocks logical blocks whose bytes are in the stream
 * @param zeroBlocks logical blocks that read zero
 */
public record StreamTotals(long dataRecords, long zeroRecords, long dataBlocks, long zeroBlocks) {
    static final StreamTotals NONE = new StreamTotals(0, 0, 0, 0);

    /** Both kinds. */
    public long records() {
        return dataRecords + zeroRecords;
    }

    StreamTotals withData(long blocks) {
        return new StreamTotals(dataRecords + 1, zeroRecords, dataBlocks + blocks, zeroBlocks);
    }

    StreamTotals withZeroes(long blocks) {
        return new StreamTotals(dataRecords, zeroRecords + 1, dataBlocks, zeroBlocks + blocks);
    }
}
