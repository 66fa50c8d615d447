package io.stemma.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TestToolTest {
    private static final String PROBE = "[SKIPPED] REPORT_SUPPORTED_OPCODES is not implemented\n";

    private static String run(String body, int ran, int failed) {
        return PROBE
                + "\nSuite: Read10\n  Test: Simple ...\n"
                + body
                + "\nRun Summary:    Type  Total    Ran Passed Failed Inactive\n"
                + "              suites      1      1    n/a      0        0\n"
                + "               tests      9      "
                + ran
                + "      1      "
                + failed
                + "        0\n";
    }

    @Test
    void aTestThatPassedSaysNothingMore() {
        Judgement judgement = TestTool.read(run("    Test Read10\npassed\n" + PROBE, 1, 0));
        assertThat(judgement).isEqualTo(new Judgement(Result.PASS, ""));
    }

    @Test
    void whatTheToolSkippedIsNoPass() {
        Judgement judgement = TestTool.read(run("    [SKIPPED] not supported.\npassed", 1, 0));
        assertThat(judgement).isEqualTo(new Judgement(Result.SKIP, "not supported."));
    }

    @Test
    void aFailureTellsItsFirstAssertion() {
        String body =
                """
                    [FAILED] sense was wrong
                FAILED
                    1. /build/test-tool/test_read10.c:38  - 0\
                """;
        Judgement judgement = TestTool.read(run(body, 1, 1));
        assertThat(judgement)
                .isEqualTo(new Judgement(Result.FAIL, "sense was wrong test_read10.c:38  - 0"));
    }

    @Test
    void aToolThatDidNotRunItsTestFailed() {
        assertThat(TestTool.read("\nFailed to log in\n"))
                .isEqualTo(new Judgement(Result.FAIL, "did not run: Failed to log in"));
        assertThat(TestTool.read(run("passed", 0, 0)).result()).isEqualTo(Result.FAIL);
    }
}
