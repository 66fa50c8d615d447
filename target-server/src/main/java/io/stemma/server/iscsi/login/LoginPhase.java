package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.jscsi.ControlPdu;
import io.stemma.server.iscsi.jscsi.ControlPdus;
import io.stemma.server.iscsi.jscsi.LoginRequest;
import io.stemma.server.iscsi.jscsi.LoginResponse;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.LoginOutcome;
import io.stemma.server.iscsi.session.LoginStatus;
import io.stemma.server.iscsi.session.PhaseHandler;
import io.stemma.server.iscsi.session.SessionAdmission;
import io.stemma.server.iscsi.text.KeyStage;
import io.stemma.server.iscsi.text.TextAnswer;
import io.stemma.server.iscsi.text.TextAssembly;
import io.stemma.server.iscsi.text.TextFormat;

import org.jspecify.annotations.Nullable;

/**
 * The login phase of one connection (RFC 7143, 6.3 and 11.12): security stage, operational stage,
 * then whatever the sessions say. A broken rule ends in a Login Response with its status, then a
 * close. On the connection's event loop; how long a login may take is the connection's to say.
 */
public final class LoginPhase implements PhaseHandler {
    /** Login Requests on one connection; one more ends the login. */
    public static final int REQUESTS_MAX = 128;

    /** Longest data segment we send before anything else was agreed (RFC 7143, 13.12). */
    private static final int RESPONSE_BYTES_MAX = 8192;

    private static final int SECURITY = 0;
    private static final int OPERATIONAL = 1;
    private static final int FULL_FEATURE = 3;

    /** TSIH of discovery sessions: no connection can join one, so it need not be unique. */
    private static final int DISCOVERY_TSIH = 1;

    private final LoginSettings settings;
    private final LoginConversation conversation;
    private final TextAssembly assembly = new TextAssembly();
    private @Nullable TextAnswer answer;
    private @Nullable LoginRequest first;
    private int stage = -1;
    private int requests;
    private boolean over;

    /** A login on a new connection. */
    public LoginPhase(LoginSettings settings) {
        this.settings = settings;
        this.conversation = new LoginConversation(settings);
    }

    @Override
    public void pdu(Connection connection, Pdu pdu) {
        if (over) {
            return;
        }
        switch (ControlPdus.parse(pdu)) {
            case LoginRequest request -> request(connection, request);
            case ControlPdu other -> {
                LoginStatus status =
                        pdu.opcode() == ControlPdus.LOGIN_REQUEST
                                ? LoginStatus.INITIATOR_ERROR
                                : LoginStatus.INVALID_DURING_LOGIN;
                if (first == null) {
                    connection.initialStatSn(0);
                }
                end(connection, unread(pdu), status, describe(other));
            }
        }
    }

    @Override
    public void closed(Connection connection) {
        over = true;
    }

    private static String describe(ControlPdu pdu) {
        return pdu instanceof ControlPdu.Malformed malformed ? malformed.why() : "no Login Request";
    }

    /** As much of a PDU that is no Login Request as an answer repeats. */
    private static LoginRequest unread(Pdu pdu) {
        boolean login = pdu.opcode() == ControlPdus.LOGIN_REQUEST;
        return new LoginRequest(
                false,
                false,
                0,
                0,
                0,
                0,
                login ? pdu.longAt(8) >>> 16 : 0,
                login ? pdu.shortAt(14) : 0,
                pdu.intAt(16),
                0,
                pdu.intAt(24),
                0,
                new byte[0]);
    }

    private void request(Connection connection, LoginRequest request) {
        if (first == null) {
            first = request;
            stage = request.currentStage();
            connection.initialStatSn(request.expStatSn());
        }
        requests++;
        if (request.versionMin() > 0) {
            end(connection, request, LoginStatus.UNSUPPORTED_VERSION, "version");
            return;
        }
        String wrong = judge(request, first);
        if (!wrong.isEmpty()) {
            end(connection, request, LoginStatus.INITIATOR_ERROR, wrong);
        } else if (answer != null) {
            continueAnswer(connection, request, answer);
        } else if (!assembly.add(request.text())) {
            end(connection, request, LoginStatus.INITIATOR_ERROR, "login text too long");
        } else if (request.continues()) {
            respond(connection, request, false, false, new byte[0]);
        } else {
            hear(connection, request);
        }
    }

    /** What is wrong with a request's header, or empty (RFC 7143, 6.3 and 11.12). */
    private String judge(LoginRequest request, LoginRequest leading) {
        if (requests > REQUESTS_MAX) {
            return "more than " + REQUESTS_MAX + " Login Requests";
        }
        if (request.isid() != leading.isid()
                || request.tsih() != leading.tsih()
                || request.cid() != leading.cid()) {
            return "ISID, TSIH or CID changed during login";
        }
        if (request.currentStage() != stage || stage == FULL_FEATURE) {
            return "stage " + request.currentStage() + " does not follow";
        }
        if (request.transit() && request.continues()) {
            return "transit and continue together";
        }
        int next = request.nextStage();
        if (request.transit() && (next <= stage || (next != OPERATIONAL && next != FULL_FEATURE))) {
            return "no transition from stage " + stage + " to " + next;
        }
        return "";
    }

    private void hear(Connection connection, LoginRequest request) {
        KeyStage keys = stage == SECURITY ? KeyStage.SECURITY : KeyStage.OPERATIONAL;
        switch (conversation.hear(connection, assembly.take(), keys)) {
            case LoginConversation.End end -> end(connection, request, end.status(), end.why());
            case LoginConversation.Say say -> {
                if (request.transit() && !conversation.secure() && !conversation.proofBegun()) {
                    end(
                            connection,
                            request,
                            LoginStatus.AUTHENTICATION_FAILURE,
                            "authentication not offered");
                    return;
                }
                answer = new TextAnswer(TextFormat.encode(say.pairs()));
                sendPart(connection, request, answer);
            }
        }
    }

    private void continueAnswer(Connection connection, LoginRequest request, TextAnswer rest) {
        if (request.text().length > 0 || request.continues()) {
            end(connection, request, LoginStatus.INITIATOR_ERROR, "text inside our answer");
        } else {
            sendPart(connection, request, rest);
        }
    }

    private void sendPart(Connection connection, LoginRequest request, TextAnswer whole) {
        byte[] part = whole.next(RESPONSE_BYTES_MAX);
        if (!whole.finished()) {
            respond(connection, request, false, true, part);
            return;
        }
        answer = null;
        boolean transit = request.transit() && conversation.secure();
        if (transit && request.nextStage() == FULL_FEATURE) {
            enter(connection, request, part);
            return;
        }
        respond(connection, request, transit, false, part);
        if (transit) {
            stage = request.nextStage();
        }
    }

    private void enter(Connection connection, LoginRequest request, byte[] text) {
        LoginOutcome outcome = outcome(request);
        SessionAdmission.Admission admission =
                outcome.target() == null
                        ? discovery(connection, outcome)
                        : settings.admission().admit(outcome, connection);
        switch (admission) {
            case SessionAdmission.Refused refused ->
                    end(connection, request, refused.status(), "refused by the sessions");
            case SessionAdmission.Admitted admitted -> {
                over = true;
                byte[] last =
                        ControlPdus.encode(
                                new LoginResponse(
                                        true,
                                        false,
                                        stage,
                                        FULL_FEATURE,
                                        request.isid(),
                                        admitted.tsih(),
                                        request.initiatorTaskTag(),
                                        connection.takeStatSn(),
                                        request.cmdSn(),
                                        admitted.maxCmdSn(),
                                        LoginStatus.SUCCESS.code(),
                                        text));
                connection.send(last);
                connection.apply(outcome.parameters());
                connection.phase(admitted.next());
            }
        }
    }

    private LoginOutcome outcome(LoginRequest request) {
        Identity identity = conversation.identity();
        String alias = conversation.negotiation().declared("InitiatorAlias");
        return new LoginOutcome(
                identity.initiatorName(),
                alias == null ? "" : alias,
                request.isid(),
                request.tsih(),
                request.cid(),
                identity.target(),
                conversation.negotiation().parameters(),
                conversation.userName(),
                request.cmdSn());
    }

    private SessionAdmission.Admission discovery(Connection connection, LoginOutcome outcome) {
        if (outcome.tsih() != 0) {
            return new SessionAdmission.Refused(LoginStatus.SESSION_DOES_NOT_EXIST);
        }
        TextExchange text = new TextExchange(settings.directory(), outcome, connection);
        return new SessionAdmission.Admitted(
                DISCOVERY_TSIH,
                outcome.cmdSn() + DiscoveryPhase.WINDOW - 1,
                new DiscoveryPhase(text, outcome));
    }

    private void respond(
            Connection connection,
            LoginRequest request,
            boolean transit,
            boolean continues,
            byte[] text) {
        connection.send(
                ControlPdus.encode(
                        new LoginResponse(
                                transit,
                                continues,
                                stage,
                                transit ? request.nextStage() : 0,
                                request.isid(),
                                request.tsih(),
                                request.initiatorTaskTag(),
                                connection.takeStatSn(),
                                request.cmdSn(),
                                request.cmdSn(),
                                LoginStatus.SUCCESS.code(),
                                text)));
    }

    private void end(Connection connection, LoginRequest request, LoginStatus status, String why) {
        over = true;
        connection.send(
                ControlPdus.encode(
                        new LoginResponse(
                                false,
                                false,
                                stage == OPERATIONAL ? OPERATIONAL : SECURITY,
                                0,
                                request.isid(),
                                request.tsih(),
                                request.initiatorTaskTag(),
                                connection.takeStatSn(),
                                request.cmdSn(),
                                request.cmdSn(),
                                status.code(),
                                new byte[0])));
        connection.close("login: " + status + ": " + why);
    }
}
