package io.stemma.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a merge will take. */
class MergeCommandTest {
    private static ObjectNode merges(String... whatAndDone) {
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        var list = result.putArray("merges");
        for (int i = 0; i < whatAndDone.length; i += 2) {
            list.addObject()
                    .put("what", whatAndDone[i])
                    .put("blocksDone", Long.parseLong(whatAndDone[i + 1]))
                    .put("blocksTotal", 1000);
        }
        return result;
    }

    @Test
    void whatIsLeftFollowsFromThePaceBetweenTwoLooks() {
        ObjectNode second = merges("a", "300", "b", "50", "new", "70");
        MergeCommand.estimate(merges("a", "200", "b", "50"), second, 2);
        assertThat(second.path("merges").path(0).path("secondsLeft").asLong()).isEqualTo(14);
        assertThat(second.path("merges").path(1).has("secondsLeft")).isFalse();
        assertThat(second.path("merges").path(2).has("secondsLeft")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 0 s", "59, 59 s", "60, 1 min", "3599, 59 min", "7325, 2 h 2 min"})
    void aDurationReadsAsPeopleSayIt(long seconds, String words) {
        assertThat(MergeCommand.duration(seconds)).isEqualTo(words);
    }
}
