package io.stemma.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.bench.process.ScratchFolder;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** libiscsi's conformance suite, each test against its line in {@code conformance.tsv}. */
@Tag("interop")
@Timeout(value = 15, unit = TimeUnit.MINUTES) // Each test that hangs costs its whole limit.
final class StemmaConformanceTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Narrows a run down to tests whose name holds a match: for work on one command. */
    private static final Pattern ONLY =
            Pattern.compile(System.getProperty("stemma.interop.conformance", ""));

    private final TestTool tool = new TestTool(12);
    private final List<String> worse = new ArrayList<>();

    @Test
    void noTestComesToLessThanItsLine() throws IOException {
        Map<String, Expectation> table =
                Expectation.table(Path.of("src/test/interop/conformance.tsv"));
        TreeSet<String> offered = new TreeSet<>(tool.offered());
        assertThat(table.keySet())
                .as("a line for each test of this iscsi-test-cu")
                .containsExactlyInAnyOrderElementsOf(offered);
        Map<Result, Integer> count = new EnumMap<>(Result.class);
        try (ScratchFolder folder = ScratchFolder.create();
                StemmaSubject stemma = new StemmaSubject(false, freePort(), ROOT, folder)) {
            table.forEach(
                    (test, expectation) -> {
                        if (ONLY.matcher(test).find()) {
                            count.merge(judge(stemma, test, expectation), 1, Integer::sum);
                        }
                    });
        }
        System.out.println("[libiscsi] " + count);
        assertThat(worse).isEmpty();
    }

    private Result judge(StemmaSubject stemma, String test, Expectation expectation) {
        Judgement judgement = tool.judge(test, stemma.url(test), stemma::alive);
        String text = test + " " + judgement.result().word() + " " + judgement.why();
        int difference = judgement.result().compareTo(expectation.least());
        if (difference < 0) {
            worse.add(text + " (at least " + expectation.least().word() + " was expected)");
            System.out.println("[libiscsi] WORSE " + text);
        } else if (difference > 0) {
            System.out.println("[libiscsi] better than its line: " + text);
        }
        if (judgement.result().compareTo(Result.FAIL) <= 0) {
            stemma.end();
        }
        return judgement.result();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
