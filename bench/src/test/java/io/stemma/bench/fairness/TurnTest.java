package io.stemma.bench.fairness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

final class TurnTest {
    @Test
    void theRatioIsTheMedianOfTheQuotientsOfSingleRounds() {
        List<Turn> alone = List.of(turn(10), turn(100), turn(1000));
        List<Turn> flooded = List.of(turn(20), turn(300), turn(1000));
        assertThat(Turn.ratio(flooded, alone, Turn::p99Micros)).isEqualTo(2);
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        assertThat(Turn.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
    }

    private static Turn turn(double p99) {
        return new Turn(1, 1, 1, p99, p99, p99);
    }
}
