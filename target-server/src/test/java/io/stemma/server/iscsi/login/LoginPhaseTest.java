package io.stemma.server.iscsi.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.LoginStatus;
import io.stemma.server.iscsi.session.Network;
import io.stemma.server.iscsi.session.SessionAdmission;
import io.stemma.server.iscsi.text.DigestType;
import io.stemma.server.iscsi.text.NegotiatedParameters;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

class LoginPhaseTest {
    private static final int SECURITY_TO_OPERATIONAL = Peer.flags(true, false, 0, 1);
    private static final int SECURITY_TO_FULL = Peer.flags(true, false, 0, 3);
    private static final int OPERATIONAL_TO_FULL = Peer.flags(true, false, 1, 3);
    private static final int OPERATIONAL = Peer.flags(false, false, 1, 0);
    private static final String INITIATOR = "InitiatorName=" + Peer.HOST;
    private static final String TARGET = "TargetName=" + Peer.DISK;

    private final Peer peer = new Peer().target(Peer.DISK, AccessPolicy.OPEN).connect();

    private NegotiatedParameters agreed() {
        return Objects.requireNonNull(peer.connection.applied);
    }

    private Peer.Answer openIscsi() {
        Peer.Answer first =
                peer.login(
                        SECURITY_TO_OPERATIONAL,
                        INITIATOR,
                        "InitiatorAlias=host",
                        TARGET,
                        "SessionType=Normal",
                        "AuthMethod=None");
        assertThat(first.status()).isZero();
        assertThat(first.transit()).isTrue();
        assertThat(first.nextStage()).isEqualTo(1);
        assertThat(first.tsih()).isZero();
        assertThat(first.text()).isEqualTo("TargetPortalGroupTag=1\0AuthMethod=None\0");
        return peer.login(
                OPERATIONAL_TO_FULL,
                "HeaderDigest=CRC32C,None",
                "DataDigest=None",
                "DefaultTime2Wait=2",
                "DefaultTime2Retain=0",
                "IFMarker=No",
                "OFMarker=No",
                "ErrorRecoveryLevel=0",
                "InitialR2T=No",
                "ImmediateData=Yes",
                "MaxBurstLength=16776192",
                "FirstBurstLength=262144",
                "MaxOutstandingR2T=1",
                "MaxConnections=1",
                "DataPDUInOrder=Yes",
                "DataSequenceInOrder=Yes",
                "MaxRecvDataSegmentLength=262144");
    }

    @Test
    void openIscsiIsAnsweredKeyByKey() {
        Peer.Answer last = openIscsi();
        assertThat(last.transit()).isTrue();
        assertThat(last.nextStage()).isEqualTo(3);
        assertThat(last.tsih()).isEqualTo(Peer.TSIH);
        assertThat(last.text())
                .isEqualTo(
                        "HeaderDigest=CRC32C\0DataDigest=None\0DefaultTime2Wait=2\0"
                                + "DefaultTime2Retain=0\0IFMarker=No\0OFMarker=No\0"
                                + "ErrorRecoveryLevel=0\0InitialR2T=No\0ImmediateData=Yes\0"
                                + "MaxBurstLength=1048576\0FirstBurstLength=262144\0"
                                + "MaxOutstandingR2T=1\0MaxConnections=1\0DataPDUInOrder=Yes\0"
                                + "DataSequenceInOrder=Yes\0MaxRecvDataSegmentLength=262144\0");
    }

    @Test
    void openIscsiLogsIn() {
        openIscsi();
        assertThat(agreed())
                .isEqualTo(
                        new NegotiatedParameters(
                                DigestType.CRC32C,
                                DigestType.NONE,
                                262_144,
                                262_144,
                                1 << 20,
                                262_144,
                                false,
                                true,
                                1,
                                1,
                                2,
                                0,
                                0,
                                true,
                                true));
        assertThat(peer.connection.phase).isInstanceOf(Peer.Silence.class);
        var outcome = Objects.requireNonNull(peer.outcome);
        assertThat(outcome.initiatorName()).isEqualTo(Peer.HOST);
        assertThat(outcome.initiatorAlias()).isEqualTo("host");
        assertThat(outcome.isid()).isEqualTo(peer.isid);
        assertThat(outcome.cmdSn()).isEqualTo(100);
        assertThat(outcome.cid()).isEqualTo(1);
        assertThat(Objects.requireNonNull(outcome.target()).name()).isEqualTo(Peer.DISK);
    }

    @Test
    void libiscsiLogsInWithoutASecurityStage() {
        Peer.Answer only =
                peer.login(
                        OPERATIONAL_TO_FULL,
                        INITIATOR,
                        TARGET,
                        "SessionType=Normal",
                        "HeaderDigest=None,CRC32C",
                        "DataDigest=None",
                        "InitialR2T=No",
                        "ImmediateData=Yes",
                        "MaxBurstLength=262144",
                        "FirstBurstLength=262144",
                        "DefaultTime2Wait=2",
                        "DefaultTime2Retain=0",
                        "MaxOutstandingR2T=1",
                        "ErrorRecoveryLevel=0",
                        "IFMarker=No",
                        "OFMarker=No",
                        "MaxConnections=1",
                        "MaxRecvDataSegmentLength=262144",
                        "DataPDUInOrder=Yes",
                        "DataSequenceInOrder=Yes");
        assertThat(only.status()).isZero();
        assertThat(only.tsih()).isEqualTo(Peer.TSIH);
        assertThat(only.key("HeaderDigest")).isEqualTo("None");
        assertThat(only.key("TargetPortalGroupTag")).isEqualTo("1");
        assertThat(agreed().headerDigest()).isEqualTo(DigestType.NONE);
    }

    @Test
    void windowsLogsIn() {
        peer.login(
                SECURITY_TO_OPERATIONAL,
                "InitiatorName=iqn.1991-05.com.microsoft:WIN-HOST",
                "SessionType=Normal",
                TARGET,
                "AuthMethod=None");
        Peer.Answer last =
                peer.login(
                        OPERATIONAL_TO_FULL,
                        "HeaderDigest=None,CRC32C",
                        "DataDigest=None,CRC32C",
                        "ErrorRecoveryLevel=2",
                        "InitialR2T=No",
                        "ImmediateData=Yes",
                        "MaxRecvDataSegmentLength=65536",
                        "MaxBurstLength=262144",
                        "FirstBurstLength=65536",
                        "MaxConnections=8",
                        "DataPDUInOrder=Yes",
                        "DataSequenceInOrder=Yes",
                        "DefaultTime2Wait=0",
                        "DefaultTime2Retain=60",
                        "MaxOutstandingR2T=16");
        assertThat(last.status()).isZero();
        assertThat(last.key("ErrorRecoveryLevel")).isEqualTo("0");
        assertThat(last.key("MaxConnections")).isEqualTo("1");
        assertThat(last.key("DefaultTime2Wait")).isEqualTo("2");
        assertThat(last.key("MaxOutstandingR2T")).isEqualTo("8");
        assertThat(agreed().initiatorMaxRecvDataSegmentLength()).isEqualTo(65_536);
        assertThat(Objects.requireNonNull(peer.outcome).initiatorName())
                .isEqualTo("iqn.1991-05.com.microsoft:win-host");
    }

    @Test
    void anOlderLibiscsiThatRepeatsItsNamesInTheOperationalStageLogsIn() {
        peer.login(
                SECURITY_TO_OPERATIONAL,
                INITIATOR,
                TARGET,
                "SessionType=Normal",
                "AuthMethod=CHAP,None");
        Peer.Answer last = peer.login(OPERATIONAL_TO_FULL, INITIATOR, TARGET, "SessionType=Normal");
        assertThat(last.status()).isZero();
        assertThat(last.tsih()).isEqualTo(Peer.TSIH);
    }

    @Test
    void theSecurityStageCanLeadStraightToFullFeaturePhaseWithDefaults() {
        Peer.Answer only = peer.login(SECURITY_TO_FULL, INITIATOR, TARGET);
        assertThat(only.status()).isZero();
        assertThat(agreed()).isEqualTo(NegotiatedParameters.defaults());
    }

    @Test
    void aLoginThatGoesStepByStepIsAnsweredStepByStep() {
        assertThat(peer.login(Peer.flags(false, false, 0, 0), INITIATOR, TARGET).transit())
                .isFalse();
        assertThat(peer.login(SECURITY_TO_OPERATIONAL, "AuthMethod=None").transit()).isTrue();
        assertThat(peer.login(OPERATIONAL, "MaxBurstLength=512").transit()).isFalse();
        Peer.Answer last = peer.login(OPERATIONAL_TO_FULL);
        assertThat(last.tsih()).isEqualTo(Peer.TSIH);
        assertThat(last.text()).isEmpty();
        assertThat(agreed().maxBurstLength()).isEqualTo(512);
        assertThat(agreed().firstBurstLength()).isEqualTo(512);
    }

    /** Stage machine of RFC 7143, 6.3.3: the first request, the second, the status of the last. */
    @ParameterizedTest
    @CsvSource({
        // T C CSG NSG of the first, then of the second
        "1,0,0,1,  1,0,1,3,  0x0000",
        "1,0,0,3,  0,0,0,0,  -",
        "0,0,0,0,  1,0,0,1,  0x0000",
        "0,0,0,0,  1,0,0,3,  0x0000",
        "0,0,0,0,  0,0,1,0,  0x0200",
        "0,0,1,0,  1,0,1,3,  0x0000",
        "0,0,1,0,  0,0,0,0,  0x0200",
        "1,0,0,1,  0,0,0,0,  0x0200",
        "1,0,0,1,  1,0,0,1,  0x0200",
        "0,0,0,0,  1,0,0,0,  0x0200",
        "0,0,1,0,  1,0,1,1,  0x0200",
        "0,0,1,0,  1,0,1,0,  0x0200",
        "0,0,0,0,  1,1,0,1,  0x0200",
        "0,0,0,0,  0,1,0,0,  0x0000",
        "0,0,0,0,  0,0,3,0,  0x0200",
        "0,0,0,0,  0,0,2,0,  0x0200",
        "0,0,0,0,  1,0,0,2,  0x0200",
    })
    void stagesFollowEachOther(
            int t1, int c1, int csg1, int nsg1, int t2, int c2, int csg2, int nsg2, String status) {
        Peer.Answer first = peer.login(Peer.flags(t1 == 1, c1 == 1, csg1, nsg1), INITIATOR, TARGET);
        assertThat(first.status()).isZero();
        if (status.equals("-")) {
            assertThat(peer.connection.phase).isInstanceOf(Peer.Silence.class);
            return;
        }
        Peer.Answer second = peer.login(Peer.flags(t2 == 1, c2 == 1, csg2, nsg2));
        assertThat(second.status()).isEqualTo(Integer.decode(status));
        assertThat(peer.connection.closed != null).isEqualTo(second.status() != 0);
    }

    @ParameterizedTest
    @CsvSource({"0x81", "0x83", "0x87", "0x04", "0x00"})
    void everyFirstRequestWithAllNamesIsWelcome(String flags) {
        assertThat(peer.login(Integer.decode(flags), INITIATOR, TARGET).status()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0x0c", "0x08", "0x80", "0x85", "0x84", "0x8f", "0xc1", "0x82"})
    void aFirstRequestFromNoStageOrToNoneIsRefused(String flags) {
        assertThat(peer.login(Integer.decode(flags), INITIATOR, TARGET).status()).isEqualTo(0x0200);
        assertThat(peer.connection.closed).isNotNull();
    }

    @Test
    void whoDoesNotSayItsNameOrTheTargetsIsRefused() {
        assertThat(peer.login(SECURITY_TO_OPERATIONAL, TARGET).status()).isEqualTo(0x0207);
        Peer other = new Peer().target(Peer.DISK, AccessPolicy.OPEN).connect();
        assertThat(other.login(SECURITY_TO_OPERATIONAL, INITIATOR).status()).isEqualTo(0x0207);
    }

    @Test
    void anUnknownTargetIsNotFound() {
        assertThat(peer.login(SECURITY_TO_OPERATIONAL, INITIATOR, TARGET + "2").status())
                .isEqualTo(LoginStatus.NOT_FOUND.code());
    }

    @Test
    void targetNamesAreFoundWhateverTheirCase() {
        String shouted = TARGET.replace("iqn", "IQN").replace("disk", "DISK");
        assertThat(peer.login(SECURITY_TO_OPERATIONAL, INITIATOR, shouted).status()).isZero();
    }

    @Test
    void anUnknownSessionTypeIsRefused() {
        assertThat(peer.login(SECURITY_TO_OPERATIONAL, INITIATOR, TARGET, "SessionType=X").status())
                .isEqualTo(0x0209);
    }

    @Test
    void aVersionFromTheFutureIsRefused() {
        peer.versionMin = 1;
        assertThat(peer.login(SECURITY_TO_OPERATIONAL, INITIATOR, TARGET).status())
                .isEqualTo(0x0205);
    }

    @Test
    void whatIsNoLoginRequestIsInvalidDuringLogin() {
        byte[] command = new byte[48];
        command[0] = 1;
        command[19] = 9;
        peer.connection.receive(command);
        Peer.Answer answer = peer.answer();
        assertThat(answer.status()).isEqualTo(0x020b);
        assertThat(answer.bytes()[19]).isEqualTo((byte) 9);
        assertThat(peer.connection.closed).isNotNull();
        peer.connection.receive(command);
        assertThat(peer.connection.sent).isEmpty();
    }

    @Test
    void additionalHeaderSegmentsInALoginAreRefused() {
        byte[] pdu = Arrays.copyOf(peer.loginPdu(SECURITY_TO_OPERATIONAL, new byte[0]), 52);
        pdu[4] = 1;
        peer.connection.receive(pdu);
        assertThat(peer.answer().status()).isEqualTo(0x0200);
    }

    @ParameterizedTest
    @CsvSource({"isid", "tsih", "cid"})
    void isidTsihAndCidStayTheSame(String field) {
        peer.login(SECURITY_TO_OPERATIONAL, INITIATOR, TARGET);
        switch (field) {
            case "isid" -> peer.isid++;
            case "tsih" -> peer.tsih++;
            default -> peer.cid++;
        }
        assertThat(peer.login(OPERATIONAL_TO_FULL).status()).isEqualTo(0x0200);
    }

    @Test
    void theSessionsMayRefuse() {
        peer.admission = new SessionAdmission.Refused(LoginStatus.SESSION_DOES_NOT_EXIST);
        peer.tsih = 9;
        assertThat(peer.login(SECURITY_TO_FULL, INITIATOR, TARGET).status()).isEqualTo(0x020a);
        assertThat(Objects.requireNonNull(peer.outcome).tsih()).isEqualTo(9);
        assertThat(peer.connection.applied).isNull();
    }

    @Test
    void statSnBeginsWhereTheInitiatorExpectsIt() {
        byte[] answer = peer.login(SECURITY_TO_OPERATIONAL, INITIATOR, TARGET).bytes();
        assertThat(answer[27]).isEqualTo((byte) 55);
        assertThat(peer.login(OPERATIONAL).bytes()[27]).isEqualTo((byte) 56);
        byte[] last = peer.login(OPERATIONAL_TO_FULL).bytes();
        assertThat(last[27]).isEqualTo((byte) 57);
        assertThat(last[31]).isEqualTo((byte) 100);
        assertThat(last[35]).isEqualTo((byte) 131);
    }

    @Test
    void textInSeveralRequestsIsGathered() {
        byte[] text = Peer.text(INITIATOR, TARGET, "MaxBurstLength=65536");
        int half = 20;
        Peer.Answer empty = peer.login(Peer.flags(false, true, 1, 0), Arrays.copyOf(text, half));
        assertThat(empty.text()).isEmpty();
        assertThat(empty.transit()).isFalse();
        assertThat(empty.continues()).isFalse();
        Peer.Answer last =
                peer.login(OPERATIONAL_TO_FULL, Arrays.copyOfRange(text, half, text.length));
        assertThat(last.key("MaxBurstLength")).isEqualTo("65536");
        assertThat(last.tsih()).isEqualTo(Peer.TSIH);
    }

    @Test
    void anAnswerTooLongForOneResponseIsContinued() {
        String[] pairs = new String[400];
        pairs[0] = INITIATOR;
        pairs[1] = TARGET;
        for (int i = 2; i < pairs.length; i++) {
            pairs[i] = "X-com.example.a-key-with-a-name-of-some-length." + i + "=1";
        }
        byte[] text = Peer.text(pairs);
        int at = 0;
        while (text.length - at > 8000) {
            peer.login(Peer.flags(false, true, 1, 0), Arrays.copyOfRange(text, at, at + 8000));
            at += 8000;
        }
        Peer.Answer part =
                peer.login(OPERATIONAL_TO_FULL, Arrays.copyOfRange(text, at, text.length));
        StringBuilder all = new StringBuilder(part.text());
        while (part.continues()) {
            assertThat(part.transit()).isFalse();
            assertThat(part.bytes()).hasSize(48 + 8192);
            part = peer.login(OPERATIONAL_TO_FULL);
            all.append(part.text());
        }
        assertThat(part.tsih()).isEqualTo(Peer.TSIH);
        assertThat(all.toString().split("=NotUnderstood", -1)).hasSize(399);
    }

    @Test
    void endlessTextEndsTheLogin() {
        byte[] text = new byte[8192];
        Arrays.fill(text, (byte) 'a');
        Peer.Answer answer = peer.login(Peer.flags(false, true, 1, 0), text);
        for (int i = 0; i < 8 && peer.connection.closed == null; i++) {
            answer = peer.login(Peer.flags(false, true, 1, 0), text);
        }
        assertThat(answer.status()).isEqualTo(0x0200);
        assertThat(peer.connection.closed).isNotNull();
    }

    @Test
    void endlessRoundsEndTheLogin() {
        Peer.Answer answer = peer.login(OPERATIONAL, INITIATOR, TARGET);
        for (int i = 1; i < LoginPhase.REQUESTS_MAX; i++) {
            answer = peer.login(OPERATIONAL);
            assertThat(answer.status()).isZero();
        }
        assertThat(peer.login(OPERATIONAL).status()).isEqualTo(0x0200);
        assertThat(answer.status()).isZero();
    }

    @Test
    void aParameterNegotiatedTwiceEndsTheLogin() {
        peer.login(OPERATIONAL, INITIATOR, TARGET, "MaxBurstLength=65536");
        assertThat(peer.login(OPERATIONAL, "MaxBurstLength=65536").status()).isEqualTo(0x0200);
    }

    @Test
    void aKeyTwiceInOneTextEndsTheLogin() {
        assertThat(peer.login(OPERATIONAL, INITIATOR, INITIATOR, TARGET).status())
                .isEqualTo(0x0200);
    }

    @Test
    void onlyListedNamesAndNetworksEnter() throws UnknownHostException {
        Network network = new Network(InetAddress.getByName("10.1.0.0"), 16);
        AccessPolicy names =
                new AccessPolicy(List.of("iqn.*:Host", "x"), List.of(), List.of(), null);
        AccessPolicy others = new AccessPolicy(List.of("iqn.*:h"), List.of(), List.of(), null);
        AccessPolicy far = new AccessPolicy(List.of(), List.of(network), List.of(), null);
        AccessPolicy[] policies = {names, others, far};
        int[] expected = {0, 0x0202, 0x0202};
        for (int i = 0; i < policies.length; i++) {
            Peer guarded = new Peer().target(Peer.DISK, policies[i]).connect();
            assertThat(guarded.login(SECURITY_TO_FULL, INITIATOR, TARGET).status())
                    .isEqualTo(expected[i]);
        }
    }
}
