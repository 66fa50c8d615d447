package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.ChapAccount;
import io.stemma.server.iscsi.text.TextPair;
import io.stemma.server.iscsi.text.TextValues;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * AuthMethod and CHAP of one login (RFC 7143, 12.1), the target's side. Whoever has accounts
 * insists on CHAP, whoever has none offers None only. A wrong name costs the same work as a wrong
 * secret, so that an answer's time tells nothing.
 */
final class SecurityNegotiation {
    private static final int CHALLENGE_BYTES_MAX = 1024;

    private enum State {
        BEGIN,
        ALGORITHM_AWAITED,
        RESPONSE_AWAITED,
        DONE
    }

    private final AccessPolicy policy;
    private final RandomGenerator random;
    private State state = State.BEGIN;
    private @Nullable ChapAlgorithm algorithm;
    private int identifier;
    private byte[] challenge = new byte[0];
    private String userName = "";

    SecurityNegotiation(AccessPolicy policy, RandomGenerator random) {
        this.policy = policy;
        this.random = random;
    }

    /** Whether a key belongs here. */
    static boolean owns(String key) {
        return key.equals("AuthMethod") || key.startsWith("CHAP_");
    }

    /** Whether the initiator may leave the stage, or skip it. */
    boolean satisfied() {
        return state == State.DONE || (state == State.BEGIN && policy.chapAccounts().isEmpty());
    }

    /** Whether a text with none of our keys is a refusal to prove anything. */
    boolean begun() {
        return state != State.BEGIN;
    }

    /** The name that was proved, or empty. */
    String userName() {
        return userName;
    }

    /** Our answers to one text's keys of this kind, or null: authentication failed. */
    @Nullable List<TextPair> answer(List<TextPair> pairs) {
        Map<String, String> keys =
                pairs.stream().collect(Collectors.toMap(TextPair::key, TextPair::value));
        List<TextPair> answers = new ArrayList<>();
        if (state == State.BEGIN && keys.containsKey("AuthMethod")) {
            if (!chooseMethod(keys.remove("AuthMethod"), answers)) {
                return null;
            }
        }
        if (keys.isEmpty()) {
            return answers;
        }
        boolean good =
                switch (state) {
                    case BEGIN, DONE -> false;
                    case ALGORITHM_AWAITED -> chooseAlgorithm(keys, answers);
                    case RESPONSE_AWAITED -> judgeResponse(keys, answers);
                };
        return good ? answers : null;
    }

    private boolean chooseMethod(String offered, List<TextPair> answers) {
        String ours = policy.chapAccounts().isEmpty() ? "None" : "CHAP";
        if (!Arrays.asList(offered.split(",", -1)).contains(ours)) {
            return false;
        }
        answers.add(new TextPair("AuthMethod", ours));
        state = ours.equals("None") ? State.DONE : State.ALGORITHM_AWAITED;
        return true;
    }

    private boolean chooseAlgorithm(Map<String, String> keys, List<TextPair> answers) {
        String offered = keys.remove("CHAP_A");
        ChapAlgorithm chosen = offered == null ? null : ChapAlgorithm.strongest(offered);
        if (chosen == null || !keys.isEmpty()) {
            return false;
        }
        algorithm = chosen;
        identifier = random.nextInt(256);
        challenge = new byte[chosen.bytes()];
        random.nextBytes(challenge);
        answers.add(new TextPair("CHAP_A", Integer.toString(chosen.number())));
        answers.add(new TextPair("CHAP_I", Integer.toString(identifier)));
        answers.add(new TextPair("CHAP_C", TextValues.hex(challenge)));
        state = State.RESPONSE_AWAITED;
        return true;
    }

    private boolean judgeResponse(Map<String, String> keys, List<TextPair> answers) {
        String name = keys.remove("CHAP_N");
        String response = keys.remove("CHAP_R");
        String theirIdentifier = keys.remove("CHAP_I");
        String theirChallenge = keys.remove("CHAP_C");
        if (name == null || response == null || algorithm == null || !keys.isEmpty()) {
            return false;
        }
        if (!proves(algorithm, name, response)) {
            return false;
        }
        if (theirIdentifier != null || theirChallenge != null) {
            if (theirIdentifier == null
                    || theirChallenge == null
                    || !proveOurselves(algorithm, theirIdentifier, theirChallenge, answers)) {
                return false;
            }
        }
        userName = name;
        state = State.DONE;
        return true;
    }

    /** Compares with every account, whatever the name, and stops at none. */
    private boolean proves(ChapAlgorithm chosen, String name, String response) {
        byte[] given = TextValues.binary(response, chosen.bytes());
        byte[] compared = given == null ? new byte[chosen.bytes()] : given;
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        // An unknown name is refused after the same work with somebody else's secret.
        byte[] secret = policy.chapAccounts().getFirst().secret();
        boolean known = false;
        for (ChapAccount account : policy.chapAccounts()) {
            byte[] candidate = account.secret();
            boolean same =
                    MessageDigest.isEqual(
                            account.name().getBytes(StandardCharsets.UTF_8), nameBytes);
            secret = same ? candidate : secret;
            known |= same;
        }
        byte[] expected = chosen.response(identifier, secret, challenge);
        boolean equal = MessageDigest.isEqual(expected, compared);
        return equal && known && given != null;
    }

    private boolean proveOurselves(
            ChapAlgorithm chosen, String theirs, String theirChallenge, List<TextPair> answers) {
        long theirIdentifier = TextValues.number(theirs);
        byte[] bytes = TextValues.binary(theirChallenge, CHALLENGE_BYTES_MAX);
        ChapAccount ours = policy.mutual();
        if (ours == null || bytes == null || theirIdentifier < 0 || theirIdentifier > 255) {
            return false;
        }
        if (Arrays.equals(bytes, challenge)) {
            // Our own challenge, sent back to have us compute its answer (RFC 7143, 9.2.1).
            return false;
        }
        byte[] proof = chosen.response((int) theirIdentifier, ours.secret(), bytes);
        answers.add(new TextPair("CHAP_N", ours.name()));
        answers.add(new TextPair("CHAP_R", TextValues.hex(proof)));
        return true;
    }
}
