package io.stemma.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProcessFiguresTest {
    @Test
    void userAndSystemTimeAreAddedWhateverTheProgramIsCalled() {
        String stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 99 0 0";
        assertThat(ProcessFigures.processorMicros(stat)).isEqualTo(3_000_000);
    }

    @Test
    void theFirstMatchingLineGivesTheNumber() {
        assertThat(ProcessFigures.field("A: 1 kB\nVmRSS:\t 512 kB\n", "VmRSS:")).isEqualTo(512);
        assertThat(ProcessFigures.field("A: 1 kB\n", "VmRSS:")).isZero();
    }

    @Test
    void ownFiguresCanBeRead() {
        long pid = ProcessHandle.current().pid();
        assertThat(ProcessFigures.processorMicros(pid)).isPositive();
        assertThat(ProcessFigures.residentKib(pid)).isPositive();
    }
}
