package io.stemma.server.iscsi.jscsi;

import io.stemma.server.iscsi.pdu.Pdu;

import org.jscsi.exception.InternetSCSIException;
import org.jscsi.parser.AbstractMessageParser;
import org.jscsi.parser.OperationCode;
import org.jscsi.parser.ProtocolDataUnit;
import org.jscsi.parser.ProtocolDataUnitFactory;
import org.jscsi.parser.TargetMessageParser;
import org.jscsi.parser.login.ISID;
import org.jscsi.parser.login.LoginRequestParser;
import org.jscsi.parser.login.LoginResponseParser;
import org.jscsi.parser.login.LoginStage;
import org.jscsi.parser.login.LoginStatus;
import org.jscsi.parser.logout.LogoutRequestParser;
import org.jscsi.parser.logout.LogoutResponseParser;
import org.jscsi.parser.nop.NOPInParser;
import org.jscsi.parser.nop.NOPOutParser;
import org.jscsi.parser.text.TextRequestParser;
import org.jscsi.parser.text.TextResponseParser;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.util.Arrays;

/**
 * Parses and builds Login, Text, Logout and NOP PDUs with jSCSI's {@code commons}.
 *
 * <p>jSCSI answers an unknown opcode with a NullPointerException, confuses the units of additional
 * header segments, allocates whatever length a header claims, reads only from index 0 and refuses
 * reserved bits. So nothing reaches it but a copy of a PDU whose opcode, lengths and reserved
 * fields were dealt with here, and whatever it throws becomes {@link ControlPdu.Malformed}. Digests
 * are never its business. Any thread; nothing is shared between calls.
 */
public final class ControlPdus {
    /** Opcode of a NOP-Out. */
    public static final int NOP_OUT = 0x00;

    /** Opcode of a Login Request. */
    public static final int LOGIN_REQUEST = 0x03;

    /** Opcode of a Text Request. */
    public static final int TEXT_REQUEST = 0x04;

    /** Opcode of a Logout Request. */
    public static final int LOGOUT_REQUEST = 0x06;

    /** Longest data segment of a Login Request: nothing else was agreed (RFC 7143, 13.12). */
    public static final int LOGIN_DATA_BYTES_MAX = 8192;

    /** Longest data segment of the others, which is the longest we ever declare. */
    public static final int DATA_BYTES_MAX = 262_144;

    private static final int HEADER_BYTES = 48;
    private static final String NO_DIGEST = "None";

    private ControlPdus() {}

    /** Parses a PDU; the result is a copy and outlives it. */
    public static ControlPdu parse(Pdu pdu) {
        if (pdu.additionalHeaderBytes() != 0) {
            return new ControlPdu.Malformed(false, "additional header segments");
        }
        String wrong = judge(pdu.opcode(), pdu.dataSegmentLength());
        return wrong.isEmpty()
                ? parse(pdu.copyWithoutAdditionalHeaders())
                : new ControlPdu.Malformed(!known(pdu.opcode()), wrong);
    }

    /**
     * Parses a header and its data segment.
     *
     * @param headerAndData 48 bytes and the data segment without padding; used up
     */
    public static ControlPdu parse(byte[] headerAndData) {
        if (headerAndData.length < HEADER_BYTES) {
            return new ControlPdu.Malformed(false, "no whole header");
        }
        int opcode = headerAndData[0] & 0x3f;
        int length = ByteBuffer.wrap(headerAndData).getInt(4) & 0xffffff;
        String wrong = judge(opcode, length);
        if (wrong.isEmpty() && length != headerAndData.length - HEADER_BYTES) {
            wrong = "data segment of another length than its header says";
        }
        if (wrong.isEmpty() && headerAndData[4] != 0) {
            wrong = "additional header segments";
        }
        if (!wrong.isEmpty()) {
            return new ControlPdu.Malformed(!known(opcode), wrong);
        }
        long isid = ByteBuffer.wrap(headerAndData).getLong(8) >>> 16;
        int versions = ByteBuffer.wrap(headerAndData).getShort(2) & 0xffff;
        ReservedFields.clear(headerAndData, opcode);
        try {
            return parseGuarded(headerAndData, isid, versions);
        } catch (InternetSCSIException
                | IOException
                | DigestException
                | RuntimeException parserGaveUp) {
            return new ControlPdu.Malformed(false, "refused by the parser: " + parserGaveUp);
        }
    }

    private static String judge(int opcode, int dataSegmentLength) {
        int longest =
                switch (opcode) {
                    case LOGIN_REQUEST -> LOGIN_DATA_BYTES_MAX;
                    case TEXT_REQUEST, LOGOUT_REQUEST, NOP_OUT -> DATA_BYTES_MAX;
                    default -> -1;
                };
        if (longest < 0) {
            return "opcode " + opcode + " is no control PDU";
        }
        return dataSegmentLength > longest ? "data segment too long" : "";
    }

    private static boolean known(int opcode) {
        return opcode == NOP_OUT
                || opcode == LOGIN_REQUEST
                || opcode == TEXT_REQUEST
                || opcode == LOGOUT_REQUEST;
    }

    private static ControlPdu parseGuarded(byte[] headerAndData, long isid, int versions)
            throws InternetSCSIException, IOException, DigestException {
        ProtocolDataUnit unit = new ProtocolDataUnitFactory().create(NO_DIGEST, NO_DIGEST);
        // jSCSI copies the padded data segment, so the slice it gets is padded too.
        unit.deserialize(ByteBuffer.wrap(Arrays.copyOf(headerAndData, padded(headerAndData))));
        byte[] data = Arrays.copyOfRange(headerAndData, HEADER_BYTES, headerAndData.length);
        AbstractMessageParser parser = unit.getBasicHeaderSegment().getParser();
        boolean immediate = unit.getBasicHeaderSegment().isImmediateFlag();
        boolean finalFlag = unit.getBasicHeaderSegment().isFinalFlag();
        int taskTag = unit.getBasicHeaderSegment().getInitiatorTaskTag();
        return switch (parser) {
            case LoginRequestParser login -> login(login, finalFlag, isid, versions, taskTag, data);
            case TextRequestParser text ->
                    new TextRequest(
                            immediate,
                            finalFlag,
                            text.isContinueFlag(),
                            text.getLogicalUnitNumber(),
                            taskTag,
                            text.getTargetTransferTag(),
                            text.getCommandSequenceNumber(),
                            text.getExpectedStatusSequenceNumber(),
                            data);
            case LogoutRequestParser logout ->
                    new LogoutRequest(
                            immediate,
                            logout.getReasonCode().value(),
                            taskTag,
                            logout.getConnectionID() & 0xffff,
                            logout.getCommandSequenceNumber(),
                            logout.getExpectedStatusSequenceNumber());
            case NOPOutParser nop ->
                    new NopOut(
                            immediate,
                            nop.getLogicalUnitNumber(),
                            taskTag,
                            nop.getTargetTransferTag(),
                            nop.getCommandSequenceNumber(),
                            nop.getExpectedStatusSequenceNumber(),
                            data);
            default -> new ControlPdu.Malformed(false, "no parser for this opcode");
        };
    }

    private static int padded(byte[] headerAndData) {
        return (headerAndData.length + 3) & ~3;
    }

    private static LoginRequest login(
            LoginRequestParser login,
            boolean transit,
            long isid,
            int versions,
            int taskTag,
            byte[] data) {
        return new LoginRequest(
                transit,
                login.isContinueFlag(),
                login.getCurrentStageNumber().value(),
                transit ? login.getNextStageNumber().value() : 0,
                versions >>> 8,
                versions & 0xff,
                isid,
                login.getTargetSessionIdentifyingHandle() & 0xffff,
                taskTag,
                login.getConnectionID() & 0xffff,
                login.getCommandSequenceNumber(),
                login.getExpectedStatusSequenceNumber(),
                data);
    }

    /** Builds a Login Response: header and data segment without padding. */
    public static byte[] encode(LoginResponse response) {
        ProtocolDataUnit unit = create(response.transit(), OperationCode.LOGIN_RESPONSE);
        LoginResponseParser parser = (LoginResponseParser) unit.getBasicHeaderSegment().getParser();
        unit.getBasicHeaderSegment().setInitiatorTaskTag(response.initiatorTaskTag());
        parser.setContinueFlag(response.continues());
        parser.setCurrentStageNumber(LoginStage.valueOf((byte) response.currentStage()));
        int next = response.transit() ? response.nextStage() : 0;
        parser.setNextStageNumber(LoginStage.valueOf((byte) next));
        // jSCSI wants an ISID it can judge; the initiator's own is put in below.
        parser.setInitiatorSessionID(ISID.createRandom(0));
        parser.setTargetSessionIdentifyingHandle((short) response.tsih());
        parser.setStatus(LoginStatus.valueOf((short) response.status()));
        // StatSN means nothing once the login failed (RFC 7143, 11.13.4); jSCSI insists on 0 then.
        int statSn = response.status() == 0 ? response.statSn() : 0;
        sequence(parser, statSn, response.expCmdSn(), response.maxCmdSn());
        byte[] bytes = serialize(unit, response.text());
        for (int i = 0; i < 6; i++) {
            bytes[8 + i] = (byte) (response.isid() >>> (40 - 8 * i));
        }
        return bytes;
    }

    /** Builds a Text Response: header and data segment without padding. */
    public static byte[] encode(TextResponse response) {
        ProtocolDataUnit unit = create(response.finalBit(), OperationCode.TEXT_RESPONSE);
        TextResponseParser parser = (TextResponseParser) unit.getBasicHeaderSegment().getParser();
        unit.getBasicHeaderSegment().setInitiatorTaskTag(response.initiatorTaskTag());
        parser.setContinueFlag(response.continues());
        parser.setLogicalUnitNumber(response.lun());
        parser.setTargetTransferTag(response.targetTransferTag());
        sequence(parser, response.statSn(), response.expCmdSn(), response.maxCmdSn());
        return serialize(unit, response.text());
    }

    /** Builds a Logout Response. */
    public static byte[] encode(LogoutResponse response) {
        ProtocolDataUnit unit = create(true, OperationCode.LOGOUT_RESPONSE);
        LogoutResponseParser parser =
                (LogoutResponseParser) unit.getBasicHeaderSegment().getParser();
        unit.getBasicHeaderSegment().setInitiatorTaskTag(response.initiatorTaskTag());
        parser.setResponse(
                org.jscsi.parser.logout.LogoutResponse.valueOf((byte) response.response()));
        parser.setTime2Wait((short) response.time2Wait());
        parser.setTime2Retain((short) response.time2Retain());
        sequence(parser, response.statSn(), response.expCmdSn(), response.maxCmdSn());
        return serialize(unit, new byte[0]);
    }

    /** Builds a NOP-In: header and data segment without padding. */
    public static byte[] encode(NopIn nop) {
        ProtocolDataUnit unit = create(true, OperationCode.NOP_IN);
        NOPInParser parser = (NOPInParser) unit.getBasicHeaderSegment().getParser();
        unit.getBasicHeaderSegment().setInitiatorTaskTag(nop.initiatorTaskTag());
        parser.setLogicalUnitNumber(nop.lun());
        parser.setTargetTransferTag(nop.targetTransferTag());
        sequence(parser, nop.statSn(), nop.expCmdSn(), nop.maxCmdSn());
        return serialize(unit, nop.data());
    }

    private static ProtocolDataUnit create(boolean finalFlag, OperationCode opcode) {
        return new ProtocolDataUnitFactory().create(false, finalFlag, opcode, NO_DIGEST, NO_DIGEST);
    }

    private static void sequence(
            TargetMessageParser parser, int statSn, int expCmdSn, int maxCmdSn) {
        parser.setStatusSequenceNumber(statSn);
        parser.setExpectedCommandSequenceNumber(expCmdSn);
        parser.setMaximumCommandSequenceNumber(maxCmdSn);
    }

    private static byte[] serialize(ProtocolDataUnit unit, byte[] data) {
        unit.setDataSegment(ByteBuffer.wrap(data));
        try {
            ByteBuffer built = unit.serialize();
            byte[] bytes = new byte[HEADER_BYTES + data.length];
            built.get(0, bytes);
            return bytes;
        } catch (InternetSCSIException | IOException ours) {
            throw new IllegalStateException("a PDU of our own could not be built", ours);
        }
    }
}
