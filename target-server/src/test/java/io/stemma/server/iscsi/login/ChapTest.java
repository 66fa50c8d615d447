package io.stemma.server.iscsi.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.ChapAccount;
import io.stemma.server.iscsi.text.TextValues;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

class ChapTest {
    private static final String SECRET = "a secret of 20 bytes";
    private static final String OURS = "the target's own one";
    private static final int SECURITY = Peer.flags(false, false, 0, 0);
    private static final int TO_OPERATIONAL = Peer.flags(true, false, 0, 1);
    private static final int OPERATIONAL_TO_FULL = Peer.flags(true, false, 1, 3);
    private static final String[] NAMES = {
        "InitiatorName=" + Peer.HOST, "TargetName=" + Peer.DISK, "SessionType=Normal"
    };

    private static ChapAccount account(String name, String secret) {
        return new ChapAccount(name, secret.getBytes(StandardCharsets.UTF_8));
    }

    private static final AccessPolicy ONE_WAY =
            new AccessPolicy(
                    List.of(),
                    List.of(),
                    List.of(account("bob", "another secret of his"), account("alice", SECRET)),
                    null);
    private static final AccessPolicy MUTUAL =
            new AccessPolicy(
                    List.of(), List.of(), List.of(account("alice", SECRET)), account("disk", OURS));

    private static Peer peer(AccessPolicy policy) {
        return new Peer().target(Peer.DISK, policy).connect();
    }

    private static Peer.Answer begin(Peer peer, String methods) {
        return peer.login(TO_OPERATIONAL, NAMES[0], NAMES[1], NAMES[2], "AuthMethod=" + methods);
    }

    /** Goes on to the challenge and answers CHAP_R of a secret. */
    private static String response(Peer.Answer challenge, String secret) {
        ChapAlgorithm algorithm =
                Objects.requireNonNull(ChapAlgorithm.strongest(challenge.key("CHAP_A")));
        byte[] bytes = Objects.requireNonNull(TextValues.binary(challenge.key("CHAP_C"), 1024));
        return TextValues.hex(
                algorithm.response(
                        Integer.parseInt(challenge.key("CHAP_I")),
                        secret.getBytes(StandardCharsets.UTF_8),
                        bytes));
    }

    /** Computed elsewhere (Python's hashlib) over 0x2a, the secret and bytes 0 to 15. */
    @ParameterizedTest
    @CsvSource({
        "5, 7fbf0c1dd657653a8e3da6445eeef9d5",
        "6, 5af45f74e6dd4780c7cdbe2561580c6a01d86d57",
        "7, fc03366c53117aa59c3852174408be243ccd9800bdaf2f521792b9193c039ae6",
        "8, 0dbc21e865988ed05e54fe3ed071c27b3e3d2fd315a00707117ba7113d0fb924",
    })
    void responsesAreThoseThatOthersCompute(String number, String expected) {
        byte[] challenge = new byte[16];
        for (int i = 0; i < 16; i++) {
            challenge[i] = (byte) i;
        }
        ChapAlgorithm algorithm = Objects.requireNonNull(ChapAlgorithm.strongest(number));
        byte[] secret = SECRET.getBytes(StandardCharsets.US_ASCII);
        assertThat(HexFormat.of().formatHex(algorithm.response(0x2a, secret, challenge)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"5,5", "'5,6',6", "'8,7,6,5',8", "'7,5',7", "'6,99,x,,0x7',7", "'4,0,300',", "'',"})
    void theStrongestThatBothKnowIsChosen(String offer, String chosen) {
        ChapAlgorithm algorithm = ChapAlgorithm.strongest(offer);
        assertThat(algorithm == null ? null : Integer.toString(algorithm.number()))
                .isEqualTo(chosen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "6", "7", "8", "8,7,6,5"})
    void whoKnowsTheSecretEnters(String algorithms) {
        Peer peer = peer(ONE_WAY);
        Peer.Answer method = begin(peer, "CHAP,None");
        assertThat(method.key("AuthMethod")).isEqualTo("CHAP");
        assertThat(method.transit()).isFalse();
        Peer.Answer challenge = peer.login(SECURITY, "CHAP_A=" + algorithms);
        assertThat(challenge.keys().keySet()).containsExactly("CHAP_A", "CHAP_I", "CHAP_C");
        assertThat(challenge.key("CHAP_C")).hasSizeGreaterThanOrEqualTo(2 + 32);
        Peer.Answer proof =
                peer.login(TO_OPERATIONAL, "CHAP_N=alice", "CHAP_R=" + response(challenge, SECRET));
        assertThat(proof.status()).isZero();
        assertThat(proof.transit()).isTrue();
        assertThat(peer.login(OPERATIONAL_TO_FULL).tsih()).isEqualTo(Peer.TSIH);
        assertThat(Objects.requireNonNull(peer.outcome).userName()).isEqualTo("alice");
    }

    @Test
    void aResponseInBase64IsRead() {
        Peer peer = peer(ONE_WAY);
        begin(peer, "CHAP");
        Peer.Answer challenge = peer.login(SECURITY, "CHAP_A=7");
        byte[] response =
                Objects.requireNonNull(TextValues.binary(response(challenge, SECRET), 32));
        String base64 = "0b" + Base64.getEncoder().encodeToString(response);
        assertThat(peer.login(SECURITY, "CHAP_N=alice", "CHAP_R=" + base64).status()).isZero();
        assertThat(peer.login(TO_OPERATIONAL).transit()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "alice, a secret that is wrong",
        "bob, a secret of 20 bytes",
        "eve, a secret of 20 bytes",
        "'', ''",
    })
    void aWrongNameOrSecretIsRefused(String name, String secret) {
        Peer peer = peer(ONE_WAY);
        begin(peer, "CHAP");
        Peer.Answer challenge = peer.login(SECURITY, "CHAP_A=5");
        Peer.Answer answer =
                peer.login(
                        TO_OPERATIONAL, "CHAP_N=" + name, "CHAP_R=" + response(challenge, secret));
        assertThat(answer.status()).isEqualTo(0x0201);
        assertThat(peer.connection.closed).isNotNull();
        assertThat(peer.outcome).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x", "", "0x00", "nonsense", "0xzz", "0b????", "0x0"})
    void aResponseOfTheWrongShapeIsRefused(String response) {
        Peer peer = peer(ONE_WAY);
        begin(peer, "CHAP");
        peer.login(SECURITY, "CHAP_A=5");
        assertThat(peer.login(SECURITY, "CHAP_N=alice", "CHAP_R=" + response).status())
                .isEqualTo(0x0201);
    }

    @Test
    void aTargetWithAccountsAcceptsNoLoginWithoutProof() {
        assertThat(begin(peer(ONE_WAY), "None").status()).isEqualTo(0x0201);
        assertThat(begin(peer(ONE_WAY), "SRP,None").status()).isEqualTo(0x0201);
        assertThat(peer(ONE_WAY).login(TO_OPERATIONAL, NAMES).status()).isEqualTo(0x0201);
        assertThat(peer(ONE_WAY).login(OPERATIONAL_TO_FULL, NAMES).status()).isEqualTo(0x0201);
        assertThat(peer(ONE_WAY).login(Peer.flags(false, false, 1, 0), NAMES).status())
                .isEqualTo(0x0201);
    }

    @Test
    void aTransitionBeforeTheProofIsNotGranted() {
        Peer peer = peer(ONE_WAY);
        assertThat(begin(peer, "CHAP").transit()).isFalse();
        assertThat(peer.login(Peer.flags(true, false, 0, 3), "CHAP_A=5").transit()).isFalse();
        assertThat(peer.login(Peer.flags(true, false, 0, 3)).transit()).isFalse();
        assertThat(peer.login(OPERATIONAL_TO_FULL).status()).isEqualTo(0x0200);
    }

    @Test
    void noCommonAlgorithmOrAProofOutOfTurnIsRefused() {
        Peer unknown = peer(ONE_WAY);
        begin(unknown, "CHAP");
        assertThat(unknown.login(SECURITY, "CHAP_A=9,10").status()).isEqualTo(0x0201);
        Peer early = peer(ONE_WAY);
        begin(early, "CHAP");
        assertThat(early.login(SECURITY, "CHAP_N=alice", "CHAP_R=0x00").status()).isEqualTo(0x0201);
        Peer twice = peer(ONE_WAY);
        begin(twice, "CHAP");
        twice.login(SECURITY, "CHAP_A=5");
        assertThat(twice.login(SECURITY, "CHAP_A=5").status()).isEqualTo(0x0201);
    }

    @Test
    void aTargetWithoutAccountsOffersNoProof() {
        assertThat(begin(peer(AccessPolicy.OPEN), "CHAP,None").key("AuthMethod")).isEqualTo("None");
        assertThat(begin(peer(AccessPolicy.OPEN), "CHAP").status()).isEqualTo(0x0201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "6", "7", "8"})
    void theTargetProvesItselfWhenAsked(String number) {
        Peer peer = peer(MUTUAL);
        begin(peer, "CHAP");
        Peer.Answer challenge = peer.login(SECURITY, "CHAP_A=" + number);
        String theirs = "0x" + "5a".repeat(1024);
        Peer.Answer proof =
                peer.login(
                        TO_OPERATIONAL,
                        "CHAP_N=alice",
                        "CHAP_R=" + response(challenge, SECRET),
                        "CHAP_I=9",
                        "CHAP_C=" + theirs);
        assertThat(proof.transit()).isTrue();
        assertThat(proof.key("CHAP_N")).isEqualTo("disk");
        byte[] challengeBytes = Objects.requireNonNull(TextValues.binary(theirs, 1024));
        byte[] expected =
                Objects.requireNonNull(ChapAlgorithm.strongest(number))
                        .response(9, OURS.getBytes(StandardCharsets.UTF_8), challengeBytes);
        assertThat(proof.key("CHAP_R")).isEqualTo(TextValues.hex(expected));
    }

    @Test
    void ourOwnChallengeSentBackIsNotAnswered() {
        Peer peer = peer(MUTUAL);
        begin(peer, "CHAP");
        Peer.Answer challenge = peer.login(SECURITY, "CHAP_A=5");
        Peer.Answer answer =
                peer.login(
                        TO_OPERATIONAL,
                        "CHAP_N=alice",
                        "CHAP_R=" + response(challenge, SECRET),
                        "CHAP_I=1",
                        "CHAP_C=" + challenge.key("CHAP_C"));
        assertThat(answer.status()).isEqualTo(0x0201);
        assertThat(answer.text()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"256, 0x0102", "9, 0x", "x, 0x0102", "9, 102"})
    void aChallengeOfTheWrongShapeIsRefused(String identifier, String theirs) {
        Peer peer = peer(MUTUAL);
        begin(peer, "CHAP");
        Peer.Answer challenge = peer.login(SECURITY, "CHAP_A=5");
        Peer.Answer answer =
                peer.login(
                        TO_OPERATIONAL,
                        "CHAP_N=alice",
                        "CHAP_R=" + response(challenge, SECRET),
                        "CHAP_I=" + identifier,
                        "CHAP_C=" + theirs);
        assertThat(answer.status()).isEqualTo(0x0201);
    }

    @Test
    void aTargetThatCannotProveItselfRefusesToTry() {
        Peer peer = peer(ONE_WAY);
        begin(peer, "CHAP");
        Peer.Answer challenge = peer.login(SECURITY, "CHAP_A=5");
        Peer.Answer answer =
                peer.login(
                        TO_OPERATIONAL,
                        "CHAP_N=alice",
                        "CHAP_R=" + response(challenge, SECRET),
                        "CHAP_I=1",
                        "CHAP_C=0x0102");
        assertThat(answer.status()).isEqualTo(0x0201);
    }

    @Test
    void discoveryMayAskForAProofToo() {
        Peer peer = new Peer();
        peer.discovery = ONE_WAY;
        peer.connect();
        Peer.Answer method =
                peer.login(TO_OPERATIONAL, NAMES[0], "SessionType=Discovery", "AuthMethod=CHAP");
        assertThat(method.key("AuthMethod")).isEqualTo("CHAP");
        Peer.Answer challenge = peer.login(SECURITY, "CHAP_A=7");
        assertThat(
                        peer.login(
                                        Peer.flags(true, false, 0, 3),
                                        "CHAP_N=alice",
                                        "CHAP_R=" + response(challenge, SECRET))
                                .tsih())
                .isNotZero();
        assertThat(peer.connection.phase).isInstanceOf(DiscoveryPhase.class);
    }

    @Test
    void aSecretOfLessThanTwelveBytesIsNoSecret() {
        assertThatThrownBy(() -> account("alice", "elevenbytes"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("elevenbytes");
        assertThat(account("alice", "twelve bytes").secret()).hasSize(12);
    }
}
