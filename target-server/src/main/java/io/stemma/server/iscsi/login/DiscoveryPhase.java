package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.jscsi.ControlPdu;
import io.stemma.server.iscsi.jscsi.ControlPdus;
import io.stemma.server.iscsi.jscsi.LogoutRequest;
import io.stemma.server.iscsi.jscsi.LogoutResponse;
import io.stemma.server.iscsi.jscsi.NopIn;
import io.stemma.server.iscsi.jscsi.NopOut;
import io.stemma.server.iscsi.jscsi.TextRequest;
import io.stemma.server.iscsi.jscsi.TextResponse;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.RejectReason;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.LoginOutcome;
import io.stemma.server.iscsi.session.PhaseHandler;

import java.util.Arrays;

/**
 * Full feature phase of a discovery session (RFC 7143, 4.3): Text, NOP-Out and Logout; everything
 * else is rejected. On the connection's event loop.
 */
final class DiscoveryPhase implements PhaseHandler {
    /** Commands that may be outstanding. */
    static final int WINDOW = 16;

    private final TextExchange text;
    private final TextTurn turn = new TextTurn();
    private final int cid;
    private int expCmdSn;
    private boolean over;

    DiscoveryPhase(TextExchange text, LoginOutcome outcome) {
        this.text = text;
        this.cid = outcome.cid();
        this.expCmdSn = outcome.cmdSn();
    }

    @Override
    public void pdu(Connection connection, Pdu pdu) {
        if (over || !due(pdu)) {
            return;
        }
        switch (ControlPdus.parse(pdu)) {
            case TextRequest request -> text(connection, pdu, request);
            case NopOut nop -> nop(connection, nop);
            case LogoutRequest logout -> logout(connection, logout);
            case ControlPdu other -> reject(connection, pdu, reason(other));
        }
    }

    @Override
    public void rejected(Connection connection, Pdu pdu, RejectReason reason) {
        if (!over) {
            reject(connection, pdu, reason);
        }
    }

    @Override
    public void closed(Connection connection) {
        over = true;
    }

    /**
     * Takes a command's number. On a session's only connection nothing can arrive late, so a number
     * that was skipped is not waited for; one outside the window is ignored (RFC 7143, 4.2.2.1).
     */
    private boolean due(Pdu pdu) {
        if (pdu.immediate()) {
            return true;
        }
        int cmdSn = pdu.intAt(24);
        int ahead = cmdSn - expCmdSn;
        if (ahead < 0 || ahead >= WINDOW) {
            return false;
        }
        expCmdSn = cmdSn + 1;
        return true;
    }

    private int maxCmdSn() {
        return expCmdSn + WINDOW - 1;
    }

    private void text(Connection connection, Pdu pdu, TextRequest request) {
        if (!turn.admits(connection, pdu)) {
            reject(connection, pdu, RejectReason.PROTOCOL_ERROR);
            over = true;
            connection.close("a second Text Request before the answer to the first was taken up");
            return;
        }
        switch (text.request(request)) {
            case TextExchange.Refusal refused ->
                    reject(connection, pdu, RejectReason.PROTOCOL_ERROR);
            case TextExchange.Response response -> {
                connection.send(
                        ControlPdus.encode(
                                new TextResponse(
                                        response.finalBit(),
                                        response.continues(),
                                        0,
                                        request.initiatorTaskTag(),
                                        response.targetTransferTag(),
                                        turn.answered(connection.takeStatSn()),
                                        expCmdSn,
                                        maxCmdSn(),
                                        response.text())));
            }
        }
    }

    private void nop(Connection connection, NopOut nop) {
        if (nop.initiatorTaskTag() == Pdu.NO_TAG) {
            return;
        }
        int bytes = Math.min(nop.data().length, text.answerBytesMax());
        connection.send(
                ControlPdus.encode(
                        new NopIn(
                                0,
                                nop.initiatorTaskTag(),
                                Pdu.NO_TAG,
                                connection.takeStatSn(),
                                expCmdSn,
                                maxCmdSn(),
                                Arrays.copyOf(nop.data(), bytes))));
    }

    private void logout(Connection connection, LogoutRequest logout) {
        int response =
                logout.reason() == 2 ? 2 : logout.reason() == 1 && logout.cid() != cid ? 1 : 0;
        connection.send(
                ControlPdus.encode(
                        new LogoutResponse(
                                response,
                                logout.initiatorTaskTag(),
                                connection.takeStatSn(),
                                expCmdSn,
                                maxCmdSn(),
                                0,
                                0)));
        if (response == 0) {
            over = true;
            connection.close("logged out");
        }
    }

    private static RejectReason reason(ControlPdu pdu) {
        return pdu instanceof ControlPdu.Malformed malformed && malformed.unsupported()
                ? RejectReason.COMMAND_NOT_SUPPORTED
                : RejectReason.PROTOCOL_ERROR;
    }

    private void reject(Connection connection, Pdu pdu, RejectReason reason) {
        connection.send(
                Rejection.encode(reason, pdu, connection.takeStatSn(), expCmdSn, maxCmdSn()));
    }
}
