package io.stemma.bench.fairness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What thousands of idle sessions cost, and whether a new one still works beside them. */
final class IdleProgram {
    private static final double GROWTH_MIB_MAX = 200;
    private static final double P99_RATIO_MAX = 2;
    private static final int FILES_BESIDE = 500;
    private static final int DEPTH = 8;
    private static final int VOLUME_MIB = 64;

    /** The server pings what was silent for 30 s; after that much all have been pinged. */
    private static final long PING_SECONDS = 45;

    private static final long PROMPT_MILLIS = 100;

    private final FairnessOptions options;
    private final Page page;

    IdleProgram(FairnessOptions options, Page page) {
        this.options = options;
        this.page = page;
    }

    void run() throws IOException {
        int needed = options.sessions() + FILES_BESIDE;
        long allowed = filesMax();
        if (allowed < needed) {
            throw new IllegalStateException(
                    "this process and the server may open "
                            + allowed
                            + " files each, but need "
                            + needed
                            + ": run ulimit -Hn "
                            + needed
                            + " as root in this shell, or set a higher nofile in"
                            + " /etc/security/limits.conf, or ask for fewer with --sessions");
        }
        page.line(
                "- Open files: ulimit -Hn %d (needs %d; the JVM raises the soft limit itself)",
                allowed, needed);
        try (StemmaServer server = StemmaServer.start(options, 1, VOLUME_MIB)) {
            Turn alone = newcomer(server, true);
            double before = server.residentMib();
            page.line("");
            page.line("RSS before, a session having worked: %.0f MiB.", before);
            try (IdleSessions idle = new IdleSessions(server.portal(), StemmaServer.TARGET)) {
                idle(server, idle);
                Turn beside = newcomer(server, false);
                page.line(
                        "A new session beside them, 4 KiB reads at depth %d: %.0f IOPS, p50 %.0f"
                                + " us, p99 %.0f us; before them %.0f IOPS, p50 %.0f us, p99 %.0f"
                                + " us.",
                        DEPTH,
                        beside.perSecond(),
                        beside.p50Micros(),
                        beside.p99Micros(),
                        alone.perSecond(),
                        alone.p50Micros(),
                        alone.p99Micros());
                page.judge("growth of RSS, MiB", server.residentPeakMib() - before, GROWTH_MIB_MAX);
                page.judge("idle sessions that the server closed", idle.closed(), 0);
                page.judge(
                        "p99 of the new session over p99 before",
                        beside.p99Micros() / alone.p99Micros(),
                        P99_RATIO_MAX);
            }
        }
    }

    private void idle(StemmaServer server, IdleSessions idle) throws IOException {
        long began = System.nanoTime();
        idle.open(options.sessions());
        page.line(
                "RSS with %d sessions: %.0f MiB; they logged in within %.1f s.",
                options.sessions(), server.residentMib(), (System.nanoTime() - began) / 1e9);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PING_SECONDS);
        while (System.nanoTime() - until < 0 && idle.answered() < options.sessions()) {
            idle.answerPings(PROMPT_MILLIS);
        }
        page.line(
                "After %d pings: %.0f MiB, peak %.0f MiB, %d sessions closed.",
                idle.answered(), server.residentMib(), server.residentPeakMib(), idle.closed());
    }

    /** Logs in, works, leaves; shorter than the server's patience with an unanswered ping. */
    private Turn newcomer(StemmaServer server, boolean fill) throws IOException {
        try (Session session =
                new Session(server.portal(), StemmaServer.TARGET, 0, (long) VOLUME_MIB << 20)) {
            if (fill) {
                session.fill();
                session.turn(false, DEPTH, options.seconds());
            }
            return session.turn(false, DEPTH, options.seconds());
        }
    }

    private static long filesMax() throws IOException {
        String line =
                Files.readString(Path.of("/proc/self/limits"))
                        .lines()
                        .filter(one -> one.startsWith("Max open files"))
                        .findFirst()
                        .orElseThrow();
        String hard = line.strip().split("\\s+", -1)[4];
        return hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
    }
}
