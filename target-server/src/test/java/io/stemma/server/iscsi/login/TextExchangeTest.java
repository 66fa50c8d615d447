package io.stemma.server.iscsi.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.jscsi.TextRequest;
import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.LoginOutcome;
import io.stemma.server.iscsi.text.DigestType;
import io.stemma.server.iscsi.text.NegotiatedParameters;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text in the full feature phase of a normal session. */
class TextExchangeTest {
    private static final NegotiatedParameters AGREED =
            new NegotiatedParameters(
                    DigestType.CRC32C,
                    DigestType.NONE,
                    65_536,
                    262_144,
                    1 << 20,
                    65_536,
                    false,
                    true,
                    4,
                    1,
                    2,
                    0,
                    0,
                    true,
                    true);

    private final Peer peer =
            new Peer()
                    .target(Peer.DISK, AccessPolicy.OPEN)
                    .target(Peer.DISK + "2", AccessPolicy.OPEN);
    private final TextExchange service =
            new TextExchange(
                    peer.directory,
                    new LoginOutcome(
                            Peer.HOST,
                            "",
                            1,
                            0,
                            1,
                            peer.directory.target(Peer.DISK),
                            AGREED,
                            "",
                            5),
                    peer.connection);

    private TextExchange.Reply ask(boolean last, boolean more, int tag, byte[] text) {
        return service.request(new TextRequest(true, last, more, 0, 3, tag, 5, 6, text));
    }

    private TextExchange.Response answer(String... pairs) {
        return (TextExchange.Response) ask(true, false, -1, Peer.text(pairs));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'TargetName=iqn.2026-11.io.stemma:disk|TargetAddress=127.0.0.1:3260,1|'",
        "All, 'SendTargets=Reject|'",
        "iqn.2026-11.io.stemma:disk,"
                + " 'TargetName=iqn.2026-11.io.stemma:disk|TargetAddress=127.0.0.1:3260,1|'",
    })
    void sendTargetsTellsOfTheSessionsTarget(String asked, String expected) {
        TextExchange.Response response = answer("SendTargets=" + asked);
        assertThat(response.finalBit()).isTrue();
        assertThat(new String(response.text(), StandardCharsets.UTF_8).replace('\0', '|'))
                .isEqualTo(expected);
    }

    @Test
    void theInitiatorMayDeclareAnotherLengthAndNothingElseChanges() {
        TextExchange.Response response = answer("MaxRecvDataSegmentLength=4096");
        assertThat(response.text()).isEmpty();
        assertThat(response.parameters().initiatorMaxRecvDataSegmentLength()).isEqualTo(4096);
        assertThat(response.parameters().maxOutstandingR2T()).isEqualTo(4);
        assertThat(response.parameters().headerDigest()).isEqualTo(DigestType.CRC32C);
        assertThat(answer("MaxRecvDataSegmentLength=8192").parameters())
                .extracting(NegotiatedParameters::initiatorMaxRecvDataSegmentLength)
                .isEqualTo(8192);
        assertThat(answer().parameters().initialR2T()).isFalse();
    }

    @Test
    void aNewExchangeForgetsTheOneThatWasOpen() {
        TextExchange.Response open =
                (TextExchange.Response) ask(false, true, -1, Peer.text("SendTargets="));
        assertThat(answer("MaxRecvDataSegmentLength=4096").finalBit()).isTrue();
        assertThat(ask(true, false, open.targetTransferTag(), new byte[0]))
                .isInstanceOf(TextExchange.Refusal.class);
    }

    @Test
    void whatBreaksTheRulesIsRefused() {
        assertThat(ask(true, true, -1, new byte[0])).isInstanceOf(TextExchange.Refusal.class);
        assertThat(ask(true, false, 99, new byte[0])).isInstanceOf(TextExchange.Refusal.class);
        assertThat(ask(true, false, -1, Peer.text("no pair")))
                .isInstanceOf(TextExchange.Refusal.class);
        assertThat(ask(true, false, -1, Peer.text("A=1", "A=2")))
                .isInstanceOf(TextExchange.Refusal.class);
        assertThat(answer().finalBit()).isTrue();
    }

    @Test
    void textWithoutEndAndRoundsWithoutEndAreRefused() {
        byte[] text = new byte[16_384];
        Arrays.fill(text, (byte) 'a');
        TextExchange.Reply reply = ask(false, true, -1, text);
        for (int i = 0; i < 4; i++) {
            int tag = ((TextExchange.Response) reply).targetTransferTag();
            reply = ask(false, true, tag, text);
            if (reply instanceof TextExchange.Refusal) {
                break;
            }
        }
        assertThat(reply).isInstanceOf(TextExchange.Refusal.class);
        int rounds = 1;
        reply = ask(false, false, -1, new byte[0]);
        while (reply instanceof TextExchange.Response response) {
            reply = ask(false, false, response.targetTransferTag(), new byte[0]);
            rounds++;
        }
        assertThat(rounds).isEqualTo(TextExchange.REQUESTS_MAX + 1);
    }
}
