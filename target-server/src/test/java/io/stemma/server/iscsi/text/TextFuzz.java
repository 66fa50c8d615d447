package io.stemma.server.iscsi.text;

import io.stemma.engine.runtime.Invariant;
import io.stemma.server.testing.FuzzPath;
import io.stemma.server.testing.FuzzRandom;
import io.stemma.server.testing.FuzzText;

import java.util.List;

/**
 * Texts of keys, parsed and negotiated: answers are texts again, and what was agreed stays within
 * what the standard and we allow.
 */
public final class TextFuzz implements FuzzPath {
    private static final KeyStage[] STAGES = KeyStage.values();
    private static final int TEXTS_OF_ONE = 4;

    private Negotiation negotiation = new Negotiation();
    private int texts;
    private long deep;

    @Override
    public void begin() {
        negotiation = new Negotiation();
        texts = 0;
    }

    @Override
    public void input(FuzzRandom random) {
        if (texts++ == TEXTS_OF_ONE) {
            begin();
        }
        TextAssembly assembly = new TextAssembly();
        byte[] text = FuzzText.text(random);
        int cut = random.below(text.length + 1);
        Invariant.check(assembly.add(java.util.Arrays.copyOf(text, cut)), "short texts fit");
        Invariant.check(
                assembly.add(java.util.Arrays.copyOfRange(text, cut, text.length)),
                "short texts fit");
        if (!(TextFormat.parse(assembly.take()) instanceof TextFormat.Pairs(List<TextPair> all))) {
            return;
        }
        switch (negotiation.negotiate(all, random.of(STAGES))) {
            case Negotiation.Violation _ -> begin();
            case Negotiation.Answers(List<TextPair> answers) -> {
                deep++;
                byte[] encoded = TextFormat.encode(answers);
                Invariant.check(
                        encoded.length <= text.length + 64 * (all.size() + 1),
                        "an answer is not much longer than the question");
                Invariant.check(
                        TextFormat.parse(encoded) instanceof TextFormat.Pairs(List<TextPair> said)
                                && said.equals(answers),
                        "answers are texts");
                check(negotiation.parameters());
            }
        }
    }

    private static void check(NegotiatedParameters agreed) {
        Invariant.check(
                agreed.firstBurstLength() <= agreed.maxBurstLength(),
                "the first burst is none longer than others");
        Invariant.check(
                agreed.initiatorMaxRecvDataSegmentLength() >= 512
                        && agreed.maxBurstLength() >= 512
                        && agreed.firstBurstLength() >= 512,
                "lengths are those of the standard");
        Invariant.check(agreed.errorRecoveryLevel() == 0, "we recover sessions only");
        Invariant.check(agreed.maxOutstandingR2T() >= 1, "one R2T may be outstanding");
    }

    @Override
    public long deep() {
        return deep;
    }
}
