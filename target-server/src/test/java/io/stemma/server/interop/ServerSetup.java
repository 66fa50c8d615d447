package io.stemma.server.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The configuration of a server under test: targets, each with one volume as its LUN 0.
 *
 * @param targets in the order in which they are written
 */
record ServerSetup(List<Target> targets) {
    /** The target without a login of its own, which most tests use. */
    static final String PLAIN = "iqn.2026-11.io.stemma.test:plain";

    /** The target that demands CHAP and, of an initiator that asks, proves itself too. */
    static final String GUARDED = "iqn.2026-11.io.stemma.test:guarded";

    /**
     * One target.
     *
     * @param name its iSCSI name
     * @param mebibytes size of its volume
     * @param guarded whether a login needs CHAP, with {@link #ACCOUNTS}
     */
    record Target(String name, int mebibytes, boolean guarded) {
        String volume() {
            return name.substring(name.lastIndexOf(':') + 1);
        }
    }

    /** CHAP in both directions; secrets of 12 to 16 characters, as RFC 7143, 12.1.3 wants. */
    record Accounts(String user, String secret, String targetUser, String targetSecret) {}

    static final Accounts ACCOUNTS =
            new Accounts("visitor", "visitorsecret1", "keeper", "keeperssecret2");

    /** One target that anybody may use. */
    static ServerSetup plain(int mebibytes) {
        return new ServerSetup(List.of(new Target(PLAIN, mebibytes, false)));
    }

    /** {@link #PLAIN} and {@link #GUARDED}. */
    static ServerSetup plainAndGuarded(int mebibytes) {
        return new ServerSetup(
                List.of(new Target(PLAIN, mebibytes, false), new Target(GUARDED, mebibytes, true)));
    }

    /**
     * Writes the configuration file, and a file for each secret beside it.
     *
     * @return the configuration file
     */
    Path write(Path folder) throws IOException {
        secret(folder, "visitor.secret", ACCOUNTS.secret());
        secret(folder, "keeper.secret", ACCOUNTS.targetSecret());
        return Files.writeString(folder.resolve("stemma.yaml"), yaml());
    }

    private String yaml() {
        StringBuilder text = new StringBuilder("volumes:\n");
        for (Target target : targets) {
            text.append("  - name: ").append(target.volume()).append('\n');
            text.append("    size: ").append(target.mebibytes()).append("MiB\n");
        }
        text.append("targets:\n");
        for (Target target : targets) {
            text.append("  - name: ").append(target.name()).append('\n');
            text.append("    luns:\n");
            text.append("      - lun: 0\n");
            text.append("        volume: ").append(target.volume()).append('\n');
            if (target.guarded()) {
                text.append("    chap:\n");
                text.append("      accounts:\n");
                text.append("        - user: ").append(ACCOUNTS.user()).append('\n');
                text.append("          secretFile: visitor.secret\n");
                text.append("      mutual:\n");
                text.append("        user: ").append(ACCOUNTS.targetUser()).append('\n');
                text.append("        secretFile: keeper.secret\n");
            }
        }
        return text.toString();
    }

    private static void secret(Path folder, String name, String secret) throws IOException {
        Path file = Files.writeString(folder.resolve(name), secret + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
