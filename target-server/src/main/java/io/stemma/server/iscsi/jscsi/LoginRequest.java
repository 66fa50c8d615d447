package io.stemma.server.iscsi.jscsi;

/**
 * A Login Request (RFC 7143, 11.12).
 *
 * @param transit T: ready to leave the stage
 * @param continues C: the text goes on in the next request
 * @param currentStage CSG, 0, 1 or 3
 * @param nextStage NSG, 0 unless T is set
 * @param versionMax highest version the initiator speaks
 * @param versionMin lowest version the initiator speaks
 * @param isid 48 bits
 * @param tsih 0 to 65,535
 * @param initiatorTaskTag to be returned
 * @param cid 0 to 65,535
 * @param cmdSn CmdSN
 * @param expStatSn ExpStatSN
 * @param text the data segment
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; the text is read once
public record LoginRequest(
        boolean transit,
        boolean continues,
        int currentStage,
        int nextStage,
        int versionMax,
        int versionMin,
        long isid,
        int tsih,
        int initiatorTaskTag,
        int cid,
        int cmdSn,
        int expStatSn,
        byte[] text)
        implements ControlPdu {}
