package io.stemma.server.iscsi.task;

import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.LoginOutcome;
import io.stemma.server.iscsi.session.PhaseHandler;
import io.stemma.server.iscsi.session.SessionAdmission;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.text.DigestType;
import io.stemma.server.iscsi.text.NegotiatedParameters;
import io.stemma.server.scsi.TargetDevice;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A login phase that lets everybody in with parameters the test has chosen. */
final class OpenDoor implements PhaseHandler {
    /** So many ISIDs from a multiple of this belong to one initiator name. */
    static final int ISIDS_OF_ONE = 1000;

    private final SessionAdmission sessions;
    private final NegotiatedParameters parameters;

    OpenDoor(SessionAdmission sessions, NegotiatedParameters parameters) {
        this.sessions = sessions;
        this.parameters = parameters;
    }

    @Override
    public void pdu(Connection connection, Pdu pdu) {
        TargetNode node =
                new TargetNode(
                        "iqn.2026-11.test:t",
                        "",
                        AccessPolicy.OPEN,
                        new TargetDevice("iqn.2026-11.test:t", 1));
        connection.initialStatSn(1);
        LoginOutcome outcome =
                new LoginOutcome(
                        "iqn.2026-11.test:i" + (pdu.longAt(8) >>> 16) / ISIDS_OF_ONE,
                        "",
                        pdu.longAt(8) >>> 16,
                        pdu.shortAt(14),
                        pdu.shortAt(20),
                        node,
                        parameters,
                        "",
                        pdu.intAt(24));
        int tag = pdu.initiatorTaskTag();
        switch (sessions.admit(outcome, connection)) {
            case SessionAdmission.Refused(var status) -> {
                connection.send(response(connection, outcome, tag, status.code(), 0, new byte[0]));
                connection.close("refused");
            }
            case SessionAdmission.Admitted(int tsih, int maxCmdSn, PhaseHandler next) -> {
                byte[] keys = keys();
                byte[] response = response(connection, outcome, tag, 0, tsih, keys);
                ByteBuffer.wrap(response).putInt(32, maxCmdSn);
                connection.send(response);
                connection.apply(parameters);
                connection.phase(next);
            }
        }
    }

    private byte[] keys() {
        String text = "";
        if (parameters.headerDigest() == DigestType.CRC32C) {
            text += "HeaderDigest=CRC32C\0";
        }
        if (parameters.dataDigest() == DigestType.CRC32C) {
            text += "DataDigest=CRC32C\0";
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] response(
            Connection connection,
            LoginOutcome outcome,
            int tag,
            int status,
            int tsih,
            byte[] data) {
        return ByteBuffer.allocate(48 + data.length)
                .put(0, (byte) 0x23)
                .put(1, (byte) 0x87)
                .putInt(4, data.length)
                .putLong(8, outcome.isid() << 16 | tsih)
                .putInt(16, tag)
                .putInt(24, connection.takeStatSn())
                .putInt(28, outcome.cmdSn())
                .putInt(32, outcome.cmdSn())
                .putShort(36, (short) status)
                .put(48, data)
                .array();
    }

    @Override
    public void closed(Connection connection) {}
}
