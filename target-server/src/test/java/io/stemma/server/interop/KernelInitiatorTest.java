package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.interop.ServerSetup.Accounts;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A Linux host uses the disk: open-iscsi in a guest's kernel, file systems, CHAP, digests, outages.
 */
@Tag("interop")
@Timeout(value = 15, unit = TimeUnit.MINUTES) // The first run builds the guest's disk.
final class KernelInitiatorTest {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final int ROUNDS = Integer.getInteger("stemma.interop.outages", 2);

    @TempDir private Path folder;

    @Test
    void aLinuxHostDiscoversMountsTrimsAndVerifies() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plainAndGuarded(384))) {
            run("mount.sh", server, 55);
        }
    }

    @Test
    void aLinuxHostOutlivesTheDeathOfTheServer() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plainAndGuarded(384))) {
            run("outage.sh", server, 27);
        }
    }

    private void run(String script, StemmaProcess server, int leastChecks) throws Exception {
        KernelGuest guest = new KernelGuest(StemmaProcess.scripts(), folder);
        KernelGuest.Report report =
                guest.run(script, settings(server), LIMIT, name -> happen(name, server));
        String all = report + "\n--- server ---\n" + server.tail();
        assertThat(report.failed()).as(all).isEmpty();
        assertThat(report.exit()).as(all).isZero();
        assertThat(report.passed()).as(all).hasSizeGreaterThanOrEqualTo(leastChecks);
    }

    private static void happen(String name, StemmaProcess server)
            throws IOException, InterruptedException {
        switch (name) {
            case "kill9" -> server.kill9();
            case "restart" -> server.restart();
            case "freeze" -> server.freeze();
            case "thaw" -> server.thaw();
            default -> throw new IOException("unknown event " + name);
        }
    }

    private static Map<String, String> settings(StemmaProcess server) {
        Accounts accounts = ServerSetup.ACCOUNTS;
        Map<String, String> settings = new HashMap<>();
        settings.put("PORT", Integer.toString(server.port()));
        settings.put("INITIATOR", "iqn.2026-11.io.stemma.test:guest");
        settings.put("IQN", ServerSetup.PLAIN);
        settings.put("LUN", "0");
        settings.put("CHAP_IQN", ServerSetup.GUARDED);
        settings.put("CHAP_USER", accounts.user());
        settings.put("CHAP_SECRET", accounts.secret());
        settings.put("TARGET_USER", accounts.targetUser());
        settings.put("TARGET_SECRET", accounts.targetSecret());
        settings.put("FIO_SECONDS", "6");
        settings.put("ROUNDS", Integer.toString(ROUNDS));
        settings.put("SEED", Integer.toString(ThreadLocalRandom.current().nextInt(1, 1_000_000)));
        return settings;
    }
}
