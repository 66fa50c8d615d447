package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.jscsi.TextRequest;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.LoginOutcome;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.text.KeyStage;
import io.stemma.server.iscsi.text.NegotiatedParameters;
import io.stemma.server.iscsi.text.Negotiation;
import io.stemma.server.iscsi.text.TextAnswer;
import io.stemma.server.iscsi.text.TextAssembly;
import io.stemma.server.iscsi.text.TextFormat;
import io.stemma.server.iscsi.text.TextPair;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Text Requests in full feature phase, one exchange at a time (RFC 7143, 11.10). Whoever holds the
 * command window numbers and sends the answers. One a connection, on its event loop.
 */
final class TextExchange {
    /** Text Requests of one exchange; one more resets it. */
    static final int REQUESTS_MAX = 256;

    private static final int NO_TAG = 0xffffffff;

    /** What to do with a Text Request. */
    sealed interface Reply {}

    /**
     * Send a Text Response with LUN 0 and the request's task tag.
     *
     * @param finalBit F
     * @param continues C
     * @param targetTransferTag 0xffffffff exactly where F is set
     * @param text data segment, no longer than the initiator takes
     * @param parameters what holds after this response; apply it once that was sent
     */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere; written once
    record Response(
            boolean finalBit,
            boolean continues,
            int targetTransferTag,
            byte[] text,
            NegotiatedParameters parameters)
            implements Reply {}

    /**
     * Send a Reject with reason Protocol Error (RFC 7143, 11.17.1); the exchange is over.
     *
     * @param why for the log
     */
    record Refusal(String why) implements Reply {}

    private final Negotiation negotiation;
    private final SendTargets sendTargets;
    private TextAssembly assembly = new TextAssembly();
    private @Nullable TextAnswer answer;
    private int taskTag;
    private int transferTag = NO_TAG;
    private int lastTag;
    private int requests;

    /**
     * Text exchanges on one connection.
     *
     * @param outcome with which the connection logged in
     */
    TextExchange(TargetDirectory directory, LoginOutcome outcome, Connection connection) {
        this.negotiation = new Negotiation(outcome.parameters());
        TargetNode target = outcome.target();
        this.sendTargets =
                new SendTargets(
                        directory,
                        outcome.initiatorName(),
                        connection.localAddress(),
                        connection.remoteAddress(),
                        target == null ? null : target.name());
    }

    /** Deals with one Text Request that is due. */
    Reply request(TextRequest request) {
        if (request.targetTransferTag() == NO_TAG) {
            // A new exchange; whatever was open is forgotten (RFC 7143, 11.10.4).
            reset();
            taskTag = request.initiatorTaskTag();
        } else if (request.targetTransferTag() != transferTag
                || request.initiatorTaskTag() != taskTag) {
            return refuse("a Target Transfer Tag that is not open");
        }
        if (request.finalBit() && request.continues()) {
            return refuse("final and continue together");
        }
        if (++requests > REQUESTS_MAX) {
            return refuse("more than " + REQUESTS_MAX + " Text Requests in one exchange");
        }
        if (answer != null && !answer.finished()) {
            return request.text().length == 0 ? part(request) : refuse("text inside our answer");
        }
        if (!assembly.add(request.text())) {
            return refuse("text too long");
        }
        if (request.continues()) {
            return new Response(false, false, openTag(), new byte[0], negotiation.parameters());
        }
        return hear(request);
    }

    /** Longest data segment that the initiator takes, in bytes. */
    int answerBytesMax() {
        return negotiation.parameters().initiatorMaxRecvDataSegmentLength();
    }

    private Reply hear(TextRequest request) {
        return switch (TextFormat.parse(assembly.take())) {
            case TextFormat.Broken broken -> refuse(broken.why());
            case TextFormat.Pairs all -> hear(request, all.pairs());
        };
    }

    private Reply hear(TextRequest request, List<TextPair> pairs) {
        List<TextPair> others = new ArrayList<>();
        List<TextPair> answers = new ArrayList<>();
        for (TextPair pair : pairs) {
            if (pair.key().equals("SendTargets")) {
                answers.addAll(sendTargets.answer(pair.value()));
            } else {
                others.add(pair);
            }
        }
        return switch (negotiation.negotiate(others, KeyStage.FULL_FEATURE)) {
            case Negotiation.Violation violation -> refuse(violation.why());
            case Negotiation.Answers agreed -> {
                answers.addAll(agreed.pairs());
                answer = new TextAnswer(TextFormat.encode(answers));
                yield part(request);
            }
        };
    }

    private Reply part(TextRequest request) {
        TextAnswer whole = Objects.requireNonNull(answer);
        NegotiatedParameters parameters = negotiation.parameters();
        byte[] text = whole.next(parameters.initiatorMaxRecvDataSegmentLength());
        boolean last = whole.finished();
        if (last && request.finalBit()) {
            reset();
            return new Response(true, false, NO_TAG, text, parameters);
        }
        return new Response(false, !last, openTag(), text, parameters);
    }

    private int openTag() {
        if (transferTag == NO_TAG) {
            lastTag = (lastTag + 1) & 0x7fffffff;
            transferTag = lastTag;
        }
        return transferTag;
    }

    private Reply refuse(String why) {
        reset();
        return new Refusal(why);
    }

    private void reset() {
        assembly = new TextAssembly();
        answer = null;
        transferTag = NO_TAG;
        requests = 0;
    }
}
