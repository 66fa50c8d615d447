package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.text.TextLimits;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;

/** Names of initiators and who of them may enter. */
final class Admittance {
    private Admittance() {}

    /** An iSCSI name as names are compared (RFC 7143, 4.2.7.1); empty if it is none. */
    static String normalize(String name) {
        String normal = Normalizer.normalize(name, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        boolean wrong =
                normal.getBytes(StandardCharsets.UTF_8).length > TextLimits.ISCSI_NAME_BYTES_MAX
                        || normal.chars()
                                .anyMatch(
                                        c -> Character.isISOControl(c) || Character.isSpaceChar(c));
        return wrong ? "" : normal;
    }

    /**
     * Whether an initiator may use what the policy guards, before it proves anything.
     *
     * @param initiatorName normalized
     */
    static boolean admits(AccessPolicy policy, String initiatorName, InetSocketAddress remote) {
        InetAddress address = remote.getAddress();
        boolean network =
                policy.networks().isEmpty()
                        || (address != null
                                && policy.networks().stream().anyMatch(n -> n.contains(address)));
        boolean name =
                policy.initiatorNames().isEmpty()
                        || policy.initiatorNames().stream()
                                .anyMatch(
                                        pattern ->
                                                matches(
                                                        pattern.toLowerCase(Locale.ROOT),
                                                        initiatorName));
        return network && name;
    }

    /** Matches {@code *} and {@code ?} in time that a name cannot make explode. */
    static boolean matches(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < name.length()) {
            char wanted = p < pattern.length() ? pattern.charAt(p) : 0;
            if (wanted == '*') {
                star = p++;
                resume = n;
            } else if (p < pattern.length() && (wanted == '?' || wanted == name.charAt(n))) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
