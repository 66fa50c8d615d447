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

import org.jspecify.annotations.Nullable;

/** The text exchanges of one session in full feature phase, put into PDUs. On its event loop. */
public final class SessionTexts implements TextService {
    private final TextExchange exchanges;
    private final TextTurn turn = new TextTurn();

    private SessionTexts(TextExchange exchanges) {
        this.exchanges = exchanges;
    }

    /** Makes one for each session. */
    public static Factory of(TargetDirectory directory) {
        return session ->
                new SessionTexts(
                        new TextExchange(directory, session.outcome(), session.connection()));
    }

    @Override
    public @Nullable RejectReason text(Connection connection, Session session, Pdu pdu) {
        if (!turn.admits(connection, pdu)) {
            connection.close("a second Text Request before the answer to the first was taken up");
            return RejectReason.PROTOCOL_ERROR;
        }
        TextExchange.Reply reply =
                ControlPdus.parse(pdu) instanceof TextRequest request
                        ? exchanges.request(request)
                        : new TextExchange.Refusal("no Text Request");
        if (!(reply instanceof TextExchange.Response response)) {
            return RejectReason.PROTOCOL_ERROR;
        }
        connection.send(
                ControlPdus.encode(
                        new TextResponse(
                                response.finalBit(),
                                response.continues(),
                                0,
                                pdu.intAt(16),
                                response.targetTransferTag(),
                                turn.answered(connection.takeStatSn()),
                                session.expCmdSn(),
                                session.maxCmdSn(),
                                response.text())));
        connection.apply(response.parameters());
        return null;
    }
}
