package io.stemma.server.iscsi.login;

import io.netty.buffer.ByteBuf;
import io.stemma.server.iscsi.jscsi.ControlPdus;
import io.stemma.server.iscsi.jscsi.TextRequest;
import io.stemma.server.iscsi.jscsi.TextResponse;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.PduEncoder;
import io.stemma.server.iscsi.pdu.RejectReason;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.DataConnection;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TextExchange;

/** Text Requests of a normal session: what {@link TextService} says, with the session's numbers. */
public final class SessionText implements TextExchange {
    private final TextService text;

    private SessionText(TextService text) {
        this.text = text;
    }

    /** Sessions that find targets in that directory. */
    public static TextExchange.Factory in(TargetDirectory directory) {
        return session ->
                new SessionText(
                        new TextService(directory, session.outcome(), session.connection()));
    }

    @Override
    public void text(Connection connection, Session session, Pdu pdu) {
        if (!(ControlPdus.parse(pdu) instanceof TextRequest request)) {
            reject(session, pdu);
            return;
        }
        switch (text.request(request)) {
            case TextService.Refusal refused -> reject(session, pdu);
            case TextService.Response response -> answer(connection, session, request, response);
        }
    }

    private static void answer(
            Connection connection,
            Session session,
            TextRequest request,
            TextService.Response response) {
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
        connection.apply(response.parameters());
    }

    private static void reject(Session session, Pdu pdu) {
        DataConnection connection = session.connection();
        PduEncoder encoder = connection.encoder();
        encoder.numbers(connection.takeStatSn(), session.expCmdSn(), session.maxCmdSn());
        ByteBuf out = connection.output().room(encoder.lengthOf(Pdu.HEADER_BYTES));
        encoder.reject(out, RejectReason.PROTOCOL_ERROR, pdu);
    }
}
