package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.LoginStatus;
import io.stemma.server.iscsi.text.KeyStage;
import io.stemma.server.iscsi.text.Negotiation;
import io.stemma.server.iscsi.text.TextFormat;
import io.stemma.server.iscsi.text.TextPair;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What is said during one login, apart from the PDUs that carry it. On the event loop. */
final class LoginConversation {
    /** The answer to one whole text. */
    sealed interface Reply {}

    /** The login goes on. */
    record Say(List<TextPair> pairs) implements Reply {}

    /** The login ends. */
    record End(LoginStatus status, String why) implements Reply {}

    private final LoginSettings settings;
    private final Negotiation negotiation = new Negotiation();
    private @Nullable Identity identity;
    private @Nullable SecurityNegotiation security;

    LoginConversation(LoginSettings settings) {
        this.settings = settings;
    }

    /** Answers a whole text of the initiator in one stage. */
    Reply hear(Connection connection, byte[] text, KeyStage stage) {
        return switch (TextFormat.parse(text)) {
            case TextFormat.Broken broken -> new End(LoginStatus.INITIATOR_ERROR, broken.why());
            case TextFormat.Pairs all -> hear(connection, all.pairs(), stage);
        };
    }

    private Reply hear(Connection connection, List<TextPair> pairs, KeyStage stage) {
        List<TextPair> proofs = new ArrayList<>();
        List<TextPair> others = new ArrayList<>();
        for (TextPair pair : pairs) {
            boolean proof = stage == KeyStage.SECURITY && SecurityNegotiation.owns(pair.key());
            (proof ? proofs : others).add(pair);
        }
        List<TextPair> answers = new ArrayList<>();
        switch (negotiation.negotiate(others, stage)) {
            case Negotiation.Violation violation -> {
                return new End(LoginStatus.INITIATOR_ERROR, violation.why());
            }
            case Negotiation.Answers agreed -> answers.addAll(agreed.pairs());
        }
        if (identity == null) {
            switch (Identity.find(settings, negotiation, connection)) {
                case Identity.Turned turned -> {
                    return new End(turned.status(), "not admitted");
                }
                case Identity.Known known -> {
                    identity = known.identity();
                    security =
                            new SecurityNegotiation(known.identity().policy(), settings.random());
                    answers.addAll(0, known.identity().introduction(settings, connection));
                }
            }
        }
        SecurityNegotiation proving = Objects.requireNonNull(security);
        List<TextPair> proved = proving.answer(proofs);
        if (proved == null) {
            return new End(LoginStatus.AUTHENTICATION_FAILURE, "not authenticated");
        }
        if (stage == KeyStage.OPERATIONAL && !proving.satisfied()) {
            return new End(LoginStatus.AUTHENTICATION_FAILURE, "authentication skipped");
        }
        answers.addAll(proved);
        return new Say(answers);
    }

    /** Whether the initiator owes no proof any more. */
    boolean secure() {
        return security != null && security.satisfied();
    }

    /** Whether it was asked for a proof or has offered one. */
    boolean proofBegun() {
        return security != null && security.begun();
    }

    /** Who it is; only after a first whole text. */
    Identity identity() {
        return Objects.requireNonNull(identity);
    }

    /** The CHAP name, or empty. */
    String userName() {
        return security == null ? "" : security.userName();
    }

    Negotiation negotiation() {
        return negotiation;
    }
}
