package io.stemma.server.iscsi.text;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What one connection's two sides say about their parameters (RFC 7143, 6.2 and 13). The initiator
 * offers and declares, we answer; of our own accord we only declare MaxRecvDataSegmentLength, once.
 * On the connection's event loop.
 */
public final class Negotiation {
    private static final String MAX_RECV = "MaxRecvDataSegmentLength";
    private static final String FIRST_BURST = "FirstBurstLength";
    private static final String MAX_BURST = "MaxBurstLength";

    /** What a text of the initiator leads to. */
    public sealed interface Result {}

    /**
     * Our part of the exchange.
     *
     * @param pairs in the order of the keys that they answer, declarations of our own last
     */
    public record Answers(List<TextPair> pairs) implements Result {}

    /**
     * A rule was broken after which no agreement is possible: the login fails, a text exchange is
     * rejected.
     *
     * @param why for the log
     */
    public record Violation(String why) implements Result {}

    private final Map<String, String> declared = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, String> picked = new HashMap<>();
    private final Map<String, String> answered = new HashMap<>();
    private final NegotiatedParameters before;
    private boolean discovery;
    private boolean declaredOurs;

    /** On a new connection. */
    public Negotiation() {
        this(NegotiatedParameters.defaults());
    }

    /**
     * On a connection that has agreed on something.
     *
     * @param before what holds unless it is negotiated now
     */
    public Negotiation(NegotiatedParameters before) {
        this.before = before;
    }

    /** Answers a text that belongs to one stage. */
    public Result negotiate(List<TextPair> pairs, KeyStage stage) {
        String[] answers = new String[pairs.size()];
        // Session type, then burst length decide about other keys of the same text.
        for (Order order : Order.values()) {
            for (int i = 0; i < answers.length; i++) {
                if (Order.of(pairs.get(i).key()) == order) {
                    Outcome outcome = answer(pairs.get(i), stage);
                    if (outcome.violation() != null) {
                        return new Violation(outcome.violation());
                    }
                    answers[i] = outcome.answer();
                }
            }
        }
        List<TextPair> out = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            if (answers[i] != null) {
                out.add(new TextPair(pairs.get(i).key(), answers[i]));
            }
        }
        // A text holds no key twice: where theirs is refused, ours comes with the next text.
        boolean refused = out.stream().anyMatch(pair -> pair.key().equals(MAX_RECV));
        if (stage == KeyStage.OPERATIONAL && !declaredOurs && !refused) {
            declaredOurs = true;
            out.add(new TextPair(MAX_RECV, Integer.toString(ourLength())));
        }
        return new Answers(out);
    }

    private enum Order {
        SESSION_TYPE,
        OTHERS,
        FIRST_BURST_LENGTH;

        static Order of(String key) {
            return switch (key) {
                case "SessionType" -> SESSION_TYPE;
                case FIRST_BURST -> FIRST_BURST_LENGTH;
                default -> OTHERS;
            };
        }
    }

    /** One key's outcome: an answer, silence (both null), or a violation. */
    private record Outcome(@Nullable String answer, @Nullable String violation) {
        static final Outcome SILENCE = new Outcome(null, null);

        static Outcome of(String answer) {
            return new Outcome(answer, null);
        }
    }

    private Outcome answer(TextPair pair, KeyStage stage) {
        KeyRule rule = KeyRule.of(pair.key());
        if (rule == null) {
            return pair.answersOnly() ? Outcome.SILENCE : Outcome.of(TextPair.NOT_UNDERSTOOD);
        }
        if (pair.answersOnly()) {
            // It comments on what we declared; a declaration needs no consent.
            return Outcome.SILENCE;
        }
        if (!rule.use().allows(stage)) {
            return Outcome.of(TextPair.REJECT);
        }
        return switch (rule.function()) {
            case DECLARED -> declare(pair);
            case DECLARED_NUMBER -> declareNumber(rule, pair, stage);
            default -> negotiateOnce(rule, pair);
        };
    }

    private Outcome declare(TextPair pair) {
        if (pair.value().getBytes(StandardCharsets.UTF_8).length > TextLimits.VALUE_BYTES_MAX) {
            return Outcome.of(TextPair.REJECT);
        }
        if (pair.key().equals("SessionType")) {
            discovery = pair.value().equals("Discovery");
        }
        String before = declared.putIfAbsent(pair.key(), pair.value());
        // Some initiators repeat their names in the operational stage; that changes nothing.
        return before == null || before.equals(pair.value()) || pair.key().equals("InitiatorAlias")
                ? Outcome.SILENCE
                : new Outcome(null, "declared anew: " + pair.key());
    }

    private Outcome declareNumber(KeyRule rule, TextPair pair, KeyStage stage) {
        long value = TextValues.number(pair.value());
        if (value < rule.min() || value > rule.max()) {
            return Outcome.of(TextPair.REJECT);
        }
        Integer before = numbers.put(rule.key(), (int) value);
        return stage == KeyStage.FULL_FEATURE || before == null || before == value
                ? Outcome.SILENCE
                : new Outcome(null, "declared anew: " + rule.key());
    }

    private Outcome negotiateOnce(KeyRule rule, TextPair pair) {
        if (answered.containsKey(rule.key())) {
            return new Outcome(null, "negotiated again: " + rule.key());
        }
        String answer =
                discovery && !rule.inDiscovery() ? TextPair.IRRELEVANT : result(rule, pair.value());
        answered.put(rule.key(), answer);
        return Outcome.of(answer);
    }

    private String result(KeyRule rule, String value) {
        if (value.getBytes(StandardCharsets.UTF_8).length > TextLimits.VALUE_BYTES_MAX) {
            return TextPair.REJECT;
        }
        return switch (rule.function()) {
            case OR, AND -> bool(rule, value);
            case MINIMUM, MAXIMUM -> number(rule, value);
            case FIRST -> first(rule, value);
            case ALWAYS_NO -> "No";
            case ALWAYS_REJECTED, DECLARED, DECLARED_NUMBER -> TextPair.REJECT;
        };
    }

    private String bool(KeyRule rule, String value) {
        if (!value.equals("Yes") && !value.equals("No")) {
            return TextPair.REJECT;
        }
        boolean ours = rule.ours() == 1;
        boolean theirs = value.equals("Yes");
        boolean both = rule.function() == KeyRule.Function.OR ? ours || theirs : ours && theirs;
        numbers.put(rule.key(), both ? 1 : 0);
        return both ? "Yes" : "No";
    }

    private String number(KeyRule rule, String value) {
        long theirs = TextValues.number(value);
        if (theirs < rule.min() || theirs > rule.max()) {
            return TextPair.REJECT;
        }
        int result =
                rule.function() == KeyRule.Function.MAXIMUM
                        ? Math.max(rule.ours(), (int) theirs)
                        : Math.min(rule.ours(), (int) theirs);
        if (rule.key().equals(FIRST_BURST)) {
            // RFC 7143, 13.14: never above MaxBurstLength.
            result = Math.min(result, numberOf(MAX_BURST, before.maxBurstLength()));
        }
        numbers.put(rule.key(), result);
        return Integer.toString(result);
    }

    private String first(KeyRule rule, String value) {
        for (String offer : value.split(",", -1)) {
            if (rule.values().contains(offer)) {
                picked.put(rule.key(), offer);
                return offer;
            }
        }
        return TextPair.REJECT;
    }

    /** What the initiator declared in words, as it wrote it, or null. */
    public @Nullable String declared(String key) {
        return declared.get(key);
    }

    /** What holds now: what was agreed here, and what held before for the rest. */
    public NegotiatedParameters parameters() {
        int maxBurst = numberOf(MAX_BURST, before.maxBurstLength());
        return new NegotiatedParameters(
                digest("HeaderDigest", before.headerDigest()),
                digest("DataDigest", before.dataDigest()),
                numberOf(MAX_RECV, before.initiatorMaxRecvDataSegmentLength()),
                declaredOurs ? ourLength() : before.targetMaxRecvDataSegmentLength(),
                maxBurst,
                Math.min(maxBurst, numberOf(FIRST_BURST, before.firstBurstLength())),
                truth("InitialR2T", before.initialR2T()),
                truth("ImmediateData", before.immediateData()),
                numberOf("MaxOutstandingR2T", before.maxOutstandingR2T()),
                numberOf("MaxConnections", before.maxConnections()),
                numberOf("DefaultTime2Wait", before.defaultTime2Wait()),
                numberOf("DefaultTime2Retain", before.defaultTime2Retain()),
                numberOf("ErrorRecoveryLevel", before.errorRecoveryLevel()),
                truth("DataPDUInOrder", before.dataPduInOrder()),
                truth("DataSequenceInOrder", before.dataSequenceInOrder()));
    }

    /** A discovery session has little to say, and gets no memory for more. */
    private int ourLength() {
        return discovery
                ? NegotiatedParameters.defaults().targetMaxRecvDataSegmentLength()
                : Objects.requireNonNull(KeyRule.of(MAX_RECV)).ours();
    }

    private int numberOf(String key, int absent) {
        return numbers.getOrDefault(key, absent);
    }

    private boolean truth(String key, boolean absent) {
        return numberOf(key, absent ? 1 : 0) == 1;
    }

    private DigestType digest(String key, DigestType absent) {
        String value = picked.get(key);
        if (value == null) {
            return absent;
        }
        return value.equals("CRC32C") ? DigestType.CRC32C : DigestType.NONE;
    }
}
