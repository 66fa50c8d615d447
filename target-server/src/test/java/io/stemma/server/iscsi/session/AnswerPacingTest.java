package io.stemma.server.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerPacingTest {
    private final AnswerPacing pacing = new AnswerPacing();

    @BeforeEach
    void begin() {
        pacing.begin(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -4, Integer.MAX_VALUE - 4})
    void anInitiatorThatHasTakenUpWhatItGotIsAnsweredAtOnce(int first) {
        pacing.begin(first);
        for (int statSn = first; statSn != first + 100; statSn++) {
            pacing.expects(statSn);
            assertThat(pacing.mayWait(statSn + 1)).isFalse();
            pacing.sent(statSn + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -4, Integer.MAX_VALUE - 4})
    void answersWaitWhileEightAreUntakenAndFewerThanSixteenWait(int first) {
        pacing.begin(first);
        pacing.sent(first + 7);
        assertThat(pacing.mayWait(first + 8)).isFalse();
        pacing.sent(first + 8);
        assertThat(pacing.mayWait(first + 9)).isTrue();
        assertThat(pacing.mayWait(first + 23)).isTrue();
        assertThat(pacing.mayWait(first + 24)).isFalse();
        pacing.expects(first + 1);
        assertThat(pacing.mayWait(first + 9)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, -1000})
    void aNumberThatCannotBeOnlyDelaysItsOwnSender(int lie) {
        pacing.sent(3);
        pacing.expects(lie);
        assertThat(pacing.mayWait(3 + 16)).isFalse();
    }
}
