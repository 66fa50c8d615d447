package io.stemma.server.server;

import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Logs in with CHAP step by step, and discovers, over a {@link TestInitiator}. */
final class LoginClient {
    private static final int SECURITY_TO_OPERATIONAL = 0x81;
    private static final int SECURITY = 0x00;
    private static final int OPERATIONAL_TO_FULL = 0x87;
    private static final int MD5 = 5;

    private final TestInitiator initiator;

    /** Who logs in where; no target is a discovery session. */
    private final Map<String, String> names = new LinkedHashMap<>();

    LoginClient(TestInitiator initiator, String initiatorName, String target) {
        this.initiator = initiator;
        names.put("InitiatorName", initiatorName);
        names.put("SessionType", target.isEmpty() ? "Discovery" : "Normal");
        if (!target.isEmpty()) {
            names.put("TargetName", target);
        }
    }

    /** Status class and detail of the response, 0 for success; without CHAP. */
    int plain() {
        return status(initiator.login(1, 0, names));
    }

    /** The same after an exchange with CHAP and MD5; the keys of the proof are in {@code proof}. */
    int chap(String user, String secret, Map<String, String> proof) {
        Map<String, String> first = new LinkedHashMap<>(names);
        first.put("AuthMethod", "CHAP");
        RawPdu answer = step(SECURITY_TO_OPERATIONAL, first);
        if (status(answer) != 0) {
            return status(answer);
        }
        Map<String, String> challenge =
                TestInitiator.keysOf(step(SECURITY, Map.of("CHAP_A", "" + MD5)));
        Map<String, String> response = new LinkedHashMap<>();
        response.put("CHAP_N", user);
        response.put("CHAP_R", response(challenge, secret));
        if (proof.containsKey("CHAP_C")) {
            response.put("CHAP_I", proof.getOrDefault("CHAP_I", ""));
            response.put("CHAP_C", proof.getOrDefault("CHAP_C", ""));
        }
        answer = step(SECURITY_TO_OPERATIONAL, response);
        proof.putAll(TestInitiator.keysOf(answer));
        if (status(answer) != 0) {
            return status(answer);
        }
        return status(step(OPERATIONAL_TO_FULL, Map.of()));
    }

    /** CHAP_R (RFC 1994, 4.1) to a challenge. */
    static String response(Map<String, String> challenge, String secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update((byte) Integer.parseInt(challenge.getOrDefault("CHAP_I", "")));
            digest.update(secret.getBytes(StandardCharsets.UTF_8));
            String hex = challenge.getOrDefault("CHAP_C", "");
            digest.update(HexFormat.of().parseHex(hex.substring(2)));
            return "0x" + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private RawPdu step(int flags, Map<String, String> keys) {
        StringBuilder text = new StringBuilder();
        keys.forEach((key, value) -> text.append(key).append('=').append(value).append('\0'));
        initiator.send(
                new RawPdu(0x43, flags)
                        .with64(8, 1L << 16)
                        .with32(16, 1)
                        .with32(24, initiator.cmdSn())
                        .withData(text.toString().getBytes(StandardCharsets.UTF_8)));
        return initiator.receive();
    }

    private static int status(RawPdu response) {
        return response.get16(36);
    }

    /** What SendTargets=All tells. */
    String sendTargets() {
        initiator.send(initiator.textRequest(Map.of("SendTargets", "All")));
        return new String(initiator.receive().data(), StandardCharsets.UTF_8);
    }
}
