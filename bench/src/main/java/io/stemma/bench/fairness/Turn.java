package io.stemma.bench.fairness;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one session got in one turn.
 *
 * @param operations that ended
 * @param seconds it took
 * @param p50Micros half of them took at most so long
 * @param p99Micros 99 of 100 took at most so long
 * @param evenMicros the 99th percentile had commands come at an even pace, as they would from many
 *     hosts: a stall of the server keeps a session at a fixed depth from sending, so that it counts
 *     as few slow commands however long it lasts (coordinated omission)
 * @param maxMicros the slowest
 */
record Turn(
        long operations,
        double seconds,
        double p50Micros,
        double p99Micros,
        double evenMicros,
        double maxMicros) {
    double perSecond() {
        return operations / seconds;
    }

    static double median(List<Turn> turns, ToDoubleFunction<Turn> figure) {
        return median(turns.stream().mapToDouble(figure).toArray());
    }

    /** The median of the quotients of single rounds: the machine's drift cancels. */
    static double ratio(List<Turn> over, List<Turn> under, ToDoubleFunction<Turn> figure) {
        double[] quotients = new double[over.size()];
        for (int round = 0; round < quotients.length; round++) {
            quotients[round] =
                    figure.applyAsDouble(over.get(round)) / figure.applyAsDouble(under.get(round));
        }
        return median(quotients);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
