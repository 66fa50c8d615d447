package io.stemma.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.bench.peer.Peer;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

final class CompareOptionsTest {
    private static CompareOptions parse(String... arguments) throws CompareOptions.Refused {
        return CompareOptions.parse(List.of(arguments), Path.of("/project"));
    }

    @Test
    void withoutOptionsAllPeersRunAllJobs() throws Exception {
        CompareOptions options = parse();
        assertThat(options.peers())
                .extracting(Peer::name)
                .containsExactly("tgt", "istgt", "jscsi", "stemma");
        assertThat(options.jobs()).hasSize(8);
        assertThat(options.warmupSeconds()).isEqualTo(10);
        assertThat(options.results()).isEqualTo(Path.of("/project/bench/results"));
    }

    @Test
    void theFirstPeerIsControlledUnlessAnotherIsNamed() throws Exception {
        assertThat(parse("--peers", "istgt,stemma").control().name()).isEqualTo("istgt");
        assertThat(parse("--control", "stemma").control().name()).isEqualTo("stemma");
    }

    @Test
    void jobsAreChosenByRegularExpression() throws Exception {
        assertThat(parse("--jobs", "4k.*d32").jobs())
                .extracting(Job::name)
                .containsExactly("4k-randread-d32", "4k-randwrite-d32");
    }

    @Test
    void whatIsNotUnderstoodIsNamed() {
        assertThatThrownBy(() -> parse("--speed", "9")).hasMessage("unknown option --speed");
        assertThatThrownBy(() -> parse("--rounds")).hasMessage("--rounds needs a value");
        assertThatThrownBy(() -> parse("--rounds", "0")).hasMessage("--rounds goes from 1 to 50");
        assertThatThrownBy(() -> parse("--rounds", "x"))
                .hasMessage("--rounds takes a number, not x");
        assertThatThrownBy(() -> parse("--peers", "lio")).hasMessage("unknown peer lio");
        assertThatThrownBy(() -> parse("--jobs", "tape")).hasMessage("no job is called tape");
        assertThatThrownBy(() -> parse("--name", "../x")).hasMessageContaining("--name");
    }
}
