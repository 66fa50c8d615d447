package io.stemma.server.iscsi.jscsi;

/**
 * A Login Response (RFC 7143, 11.13). Versions are always 0.
 *
 * @param transit T: we agree to leave the stage
 * @param continues C: the text goes on in the next response
 * @param currentStage CSG, 0 or 1
 * @param nextStage NSG, 1 or 3; counts only with T
 * @param isid 48 bits, as received
 * @param tsih 0 to 65,535
 * @param initiatorTaskTag as received
 * @param statSn StatSN, sent as 0 where the status is a failure
 * @param expCmdSn ExpCmdSN
 * @param maxCmdSn MaxCmdSN
 * @param status Status-Class in bits 8 to 15, Status-Detail in bits 0 to 7
 * @param text the data segment
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; written once
public record LoginResponse(
        boolean transit,
        boolean continues,
        int currentStage,
        int nextStage,
        long isid,
        int tsih,
        int initiatorTaskTag,
        int statSn,
        int expCmdSn,
        int maxCmdSn,
        int status,
        byte[] text) {}
