package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.jscsi.ControlPdus;
import io.stemma.server.iscsi.jscsi.TextRequest;
import io.stemma.server.iscsi.jscsi.TextResponse;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.RejectReason;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TextService;
import io.stemma.server.iscsi.text.NegotiatedParameters;

/** Text Requests of normal sessions (RFC 7143, 11.10). On the session's event loop. */
public final class TextRequests implements TextService {
    private final TextExchange exchange;
    private NegotiatedParameters parameters;

    private TextRequests(TargetDirectory directory, Session session) {
        this.exchange = new TextExchange(directory, session.outcome(), session.connection());
        this.parameters = session.outcome().parameters();
    }

    /** Makes one for each session; it answers SendTargets from the directory. */
    public static TextService.Factory of(TargetDirectory directory) {
        return session -> new TextRequests(directory, session);
    }

    @Override
    public void text(Connection connection, Session session, Pdu pdu) {
        if (ControlPdus.parse(pdu) instanceof TextRequest request
                && exchange.request(request) instanceof TextExchange.Response response) {
            respond(connection, session, request, response);
            return;
        }
        connection.send(
                Rejection.encode(
                        RejectReason.PROTOCOL_ERROR,
                        pdu,
                        connection.takeStatSn(),
                        session.expCmdSn(),
                        session.maxCmdSn()));
    }

    private void respond(
            Connection connection,
            Session session,
            TextRequest request,
            TextExchange.Response response) {
        connection.send(
                ControlPdus.encode(
                        new TextResponse(
                                response.finalBit(),
                                response.continues(),
                                0,
                                request.initiatorTaskTag(),
                                response.targetTransferTag(),
                                connection.takeStatSn(),
                                session.expCmdSn(),
                                session.maxCmdSn(),
                                response.text())));
        if (!response.parameters().equals(parameters)) {
            parameters = response.parameters();
            connection.apply(parameters);
        }
    }
}
