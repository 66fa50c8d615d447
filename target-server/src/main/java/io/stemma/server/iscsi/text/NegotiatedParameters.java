package io.stemma.server.iscsi.text;

/**
 * What login (and later text exchanges) agreed on. Lengths in bytes.
 *
 * @param headerDigest digest of headers, both ways, from full feature phase on
 * @param dataDigest digest of data segments, both ways
 * @param initiatorMaxRecvDataSegmentLength longest data segment we may send
 * @param targetMaxRecvDataSegmentLength longest data segment we accept
 * @param maxBurstLength longest Data-In or solicited Data-Out sequence
 * @param firstBurstLength most unsolicited data of a command, immediate data included
 * @param initialR2T whether the initiator waits for an R2T
 * @param immediateData whether a command may carry data
 * @param maxOutstandingR2T R2Ts a task may have open, 1 to 65,535
 * @param maxConnections connections of the session
 * @param defaultTime2Wait seconds
 * @param defaultTime2Retain seconds
 * @param errorRecoveryLevel always 0 here
 * @param dataPduInOrder data PDUs in order of offset
 * @param dataSequenceInOrder sequences in order of offset
 */
public record NegotiatedParameters(
        DigestType headerDigest,
        DigestType dataDigest,
        int initiatorMaxRecvDataSegmentLength,
        int targetMaxRecvDataSegmentLength,
        int maxBurstLength,
        int firstBurstLength,
        boolean initialR2T,
        boolean immediateData,
        int maxOutstandingR2T,
        int maxConnections,
        int defaultTime2Wait,
        int defaultTime2Retain,
        int errorRecoveryLevel,
        boolean dataPduInOrder,
        boolean dataSequenceInOrder) {

    /** The values before any negotiation (RFC 7143, 13). */
    public static NegotiatedParameters defaults() {
        return new NegotiatedParameters(
                DigestType.NONE,
                DigestType.NONE,
                8192,
                8192,
                262_144,
                65_536,
                true,
                true,
                1,
                1,
                2,
                20,
                0,
                true,
                true);
    }
}
