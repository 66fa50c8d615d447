package io.stemma.server.iscsi.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

class NegotiationTest {
    private final Negotiation negotiation = new Negotiation();

    private String answer(KeyStage stage, String... pairs) {
        List<TextPair> list = new ArrayList<>();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            list.add(new TextPair(pair.substring(0, equals), pair.substring(equals + 1)));
        }
        return switch (negotiation.negotiate(list, stage)) {
            case Negotiation.Violation violation -> "violation";
            case Negotiation.Answers answers ->
                    String.join(
                            " ",
                            answers.pairs().stream()
                                    .map(pair -> pair.key() + "=" + pair.value())
                                    .filter(
                                            p ->
                                                    !p.matches(
                                                            "MaxRecvDataSegmentLength=(262144|8192)"))
                                    .toList());
        };
    }

    /** Result functions and ranges of RFC 7143, 13; an empty answer is silence. */
    @ParameterizedTest
    @CsvSource({
        "HeaderDigest, 'None,CRC32C', None",
        "HeaderDigest, 'CRC32C,None', CRC32C",
        "HeaderDigest, 'X-foo,CRC32C', CRC32C",
        "HeaderDigest, crc32c, Reject",
        "DataDigest, CRC32C, CRC32C",
        "DataDigest, MD5, Reject",
        "DataDigest, '', Reject",
        "MaxConnections, 8, 1",
        "MaxConnections, 0, Reject",
        "MaxConnections, 65536, Reject",
        "InitialR2T, No, No",
        "InitialR2T, Yes, Yes",
        "InitialR2T, yes, Reject",
        "ImmediateData, Yes, Yes",
        "ImmediateData, No, No",
        "ImmediateData, 1, Reject",
        "MaxBurstLength, 16777215, 1048576",
        "MaxBurstLength, 512, 512",
        "MaxBurstLength, 0x10000, 65536",
        "MaxBurstLength, 511, Reject",
        "MaxBurstLength, 16777216, Reject",
        "FirstBurstLength, 65536, 65536",
        "FirstBurstLength, 1048576, 262144",
        "DefaultTime2Wait, 0, 2",
        "DefaultTime2Wait, 30, 30",
        "DefaultTime2Wait, 3601, Reject",
        "DefaultTime2Retain, 20, 0",
        "MaxOutstandingR2T, 1, 1",
        "MaxOutstandingR2T, 65535, 8",
        "MaxOutstandingR2T, 0, Reject",
        "DataPDUInOrder, No, Yes",
        "DataSequenceInOrder, No, Yes",
        "ErrorRecoveryLevel, 2, 0",
        "ErrorRecoveryLevel, 3, Reject",
        "TaskReporting, 'FastAbort,ResponseFence,RFC" + 3720 + "', RFC" + 3720,
        "TaskReporting, FastAbort, Reject",
        "iSCSIProtocolLevel, 2, 1",
        "iSCSIProtocolLevel, 0, 0",
        "iSCSIProtocolLevel, 32, Reject",
        "IFMarker, Yes, No",
        "OFMarker, No, No",
        "IFMarkInt, '2048~8192', Reject",
        "OFMarkInt, 2048, Reject",
        "MaxRecvDataSegmentLength, 512, ''",
        "MaxRecvDataSegmentLength, 511, Reject",
        "MaxRecvDataSegmentLength, x, Reject",
        "InitiatorAlias, anything at all, ''",
        "TargetAlias, mine, Reject",
        "TargetAddress, '1.2.3.4:3260,1', Reject",
        "TargetPortalGroupTag, 1, Reject",
        "SendTargets, All, Reject",
        "AuthMethod, None, Reject",
        "CHAP_A, 5, Reject",
        "X-com.example.key, 1, NotUnderstood",
        "X#NodeArchitecture, 1, NotUnderstood",
        "RDMAExtensions, Yes, NotUnderstood",
        "TargetPortalGroupTag, NotUnderstood, ''",
        "X-com.example.key, NotUnderstood, ''",
        "maxburstlength, 512, NotUnderstood",
    })
    void keysAreAnsweredInTheOperationalStage(String key, String value, String answer) {
        assertThat(answer(KeyStage.OPERATIONAL, key + "=" + value))
                .isEqualTo(answer.isEmpty() ? "" : key + "=" + answer);
    }

    @Test
    void everyRowHasANameOfItsOwnAndAnOwnValueInsideItsRange() {
        HashSet<String> names = new HashSet<>();
        for (KeyRule rule : KeyRule.all()) {
            assertThat(names.add(rule.key())).isTrue();
            if (rule.max() > 0) {
                assertThat(rule.ours()).isBetween(rule.min(), rule.max());
            }
        }
        assertThat(names).hasSize(34);
    }

    @Test
    void operationalKeysAreNotForTheSecurityStage() {
        assertThat(answer(KeyStage.SECURITY, "MaxBurstLength=512", "InitiatorName=iqn.x"))
                .isEqualTo("MaxBurstLength=Reject");
        assertThat(answer(KeyStage.OPERATIONAL, "MaxBurstLength=512"))
                .isEqualTo("MaxBurstLength=512");
    }

    @Test
    void onlyKeysOfFullFeaturePhaseAreForFullFeaturePhase() {
        for (KeyRule rule : KeyRule.all()) {
            String answer = answer(KeyStage.FULL_FEATURE, rule.key() + "=1024");
            boolean ours =
                    List.of("MaxRecvDataSegmentLength", "InitiatorAlias", "SendTargets")
                            .contains(rule.key());
            assertThat(answer).isEqualTo(ours ? "" : rule.key() + "=Reject");
        }
    }

    @Test
    void keysOfNormalSessionsAreIrrelevantInDiscoveryWhereverTheTypeStands() {
        assertThat(
                        answer(
                                KeyStage.OPERATIONAL,
                                "MaxConnections=1",
                                "InitialR2T=Yes",
                                "SessionType=Discovery",
                                "iSCSIProtocolLevel=1",
                                "ErrorRecoveryLevel=0"))
                .isEqualTo(
                        "MaxConnections=Irrelevant InitialR2T=Irrelevant"
                                + " iSCSIProtocolLevel=Irrelevant ErrorRecoveryLevel=0");
    }

    @Test
    void theFirstBurstNeverExceedsTheBurst() {
        assertThat(answer(KeyStage.OPERATIONAL, "FirstBurstLength=262144", "MaxBurstLength=65536"))
                .isEqualTo("FirstBurstLength=65536 MaxBurstLength=65536");
        assertThat(negotiation.parameters().firstBurstLength()).isEqualTo(65_536);
        Negotiation apart = new Negotiation();
        apart.negotiate(List.of(new TextPair("MaxBurstLength", "1024")), KeyStage.OPERATIONAL);
        assertThat(apart.parameters().firstBurstLength()).isEqualTo(1024);
    }

    @Test
    void nothingIsNegotiatedTwiceButNamesMayBeRepeated() {
        answer(KeyStage.OPERATIONAL, "InitialR2T=No", "InitiatorName=a", "TargetName=b");
        assertThat(answer(KeyStage.OPERATIONAL, "InitiatorName=a", "TargetName=b")).isEmpty();
        assertThat(answer(KeyStage.OPERATIONAL, "InitiatorName=c")).isEqualTo("violation");
        assertThat(answer(KeyStage.OPERATIONAL, "InitialR2T=No")).isEqualTo("violation");
    }

    @Test
    void ourOwnLengthIsDeclaredOnce() {
        List<TextPair> ours = List.of(new TextPair("MaxRecvDataSegmentLength", "262144"));
        assertThat(negotiation.negotiate(List.of(), KeyStage.SECURITY))
                .isEqualTo(new Negotiation.Answers(List.of()));
        assertThat(negotiation.parameters().targetMaxRecvDataSegmentLength()).isEqualTo(8192);
        assertThat(negotiation.negotiate(List.of(), KeyStage.OPERATIONAL))
                .isEqualTo(new Negotiation.Answers(ours));
        assertThat(negotiation.negotiate(List.of(), KeyStage.OPERATIONAL))
                .isEqualTo(new Negotiation.Answers(List.of()));
        assertThat(negotiation.parameters().targetMaxRecvDataSegmentLength()).isEqualTo(262_144);
    }

    @Test
    void valuesLongerThanTheirKeyAllowsAreRejected() {
        String longValue = "None," + "x".repeat(300);
        assertThat(answer(KeyStage.OPERATIONAL, "HeaderDigest=" + longValue))
                .isEqualTo("HeaderDigest=Reject");
        assertThat(answer(KeyStage.OPERATIONAL, "InitiatorAlias=" + longValue))
                .isEqualTo("InitiatorAlias=Reject");
        assertThat(Arrays.asList(longValue, negotiation.declared("InitiatorAlias")))
                .containsExactly(longValue, null);
    }

    @Test
    void whatWasNotNegotiatedKeepsItsDefault() {
        assertThat(negotiation.parameters()).isEqualTo(NegotiatedParameters.defaults());
        answer(KeyStage.OPERATIONAL, "MaxBurstLength=1", "InitialR2T=maybe");
        assertThat(negotiation.parameters().maxBurstLength()).isEqualTo(262_144);
        assertThat(negotiation.parameters().initialR2T()).isTrue();
    }
}
