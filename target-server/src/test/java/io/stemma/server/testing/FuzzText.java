package io.stemma.server.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Texts of keys that initiators send, might send or should not send. */
public final class FuzzText {
    private static final String[] KEYS = {
        "InitiatorName",
        "TargetName",
        "SessionType",
        "AuthMethod",
        "CHAP_A",
        "CHAP_N",
        "CHAP_R",
        "CHAP_I",
        "CHAP_C",
        "HeaderDigest",
        "DataDigest",
        "MaxConnections",
        "SendTargets",
        "InitiatorAlias",
        "TargetAlias",
        "TargetAddress",
        "TargetPortalGroupTag",
        "InitialR2T",
        "ImmediateData",
        "MaxRecvDataSegmentLength",
        "MaxBurstLength",
        "FirstBurstLength",
        "DefaultTime2Wait",
        "DefaultTime2Retain",
        "MaxOutstandingR2T",
        "DataPDUInOrder",
        "DataSequenceInOrder",
        "ErrorRecoveryLevel",
        "TaskReporting",
        "iSCSIProtocolLevel",
        "IFMarker",
        "OFMarkInt",
        "X-com.example.k",
    };

    private static final String[] VALUES = {
        "",
        "Yes",
        "No",
        "0",
        "1",
        "512",
        "65536",
        "16777216",
        "4294967296",
        "0xffffffff",
        "0b",
        "0bAAAA",
        "0x00",
        "None",
        "CHAP",
        "CHAP,None",
        "CRC32C,None",
        "5",
        "8,7,6,5",
        ",,,",
        "Discovery",
        "Normal",
        "All",
        "NotUnderstood",
        "Irrelevant",
        "Reject",
        "alice",
        "\u00e4\u2603",
    };

    private static final byte[][] KEY_BYTES = bytes(KEYS);
    private static final byte[][] VALUE_BYTES = bytes(VALUES);

    private FuzzText() {}

    private static byte[][] bytes(String[] words) {
        byte[][] all = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            all[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        return all;
    }

    /** A text that begins as given. */
    public static byte[] text(FuzzRandom random, String... pairs) {
        if (random.oneIn(12)) {
            byte[] noise = new byte[random.below(200)];
            random.fill(noise, 0, noise.length);
            return noise;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(128);
        for (String pair : pairs) {
            text.writeBytes(pair.getBytes(StandardCharsets.UTF_8));
            text.write(0);
        }
        for (int more = random.below(5); more > 0; more--) {
            text.writeBytes(random.of(KEY_BYTES));
            text.write('=');
            text.writeBytes(random.of(VALUE_BYTES));
            text.write(0);
        }
        byte[] whole = text.toByteArray();
        if (whole.length > 0 && random.oneIn(8)) {
            whole[random.below(whole.length)] = (byte) random.nextLong();
        }
        return random.oneIn(8) ? java.util.Arrays.copyOf(whole, random.below(400)) : whole;
    }
}
