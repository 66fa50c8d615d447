package io.stemma.bench.load;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * One side against another: the quotient of every round, of which the median counts, since both
 * sides of a round ran within the same seconds and drift of the machine cancels.
 *
 * @param median over the rounds
 * @param least of them
 * @param most of them
 */
record Ratio(double median, double least, double most) {
    static Ratio of(List<Run> over, List<Run> under, ToDoubleFunction<Run> figure) {
        int rounds = Math.min(over.size(), under.size());
        double[] quotients = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            quotients[round] =
                    figure.applyAsDouble(over.get(round)) / figure.applyAsDouble(under.get(round));
        }
        Arrays.sort(quotients);
        return new Ratio(median(quotients), quotients[0], quotients[rounds - 1]);
    }

    /** The median of a figure over rounds. */
    static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        return median(runs.stream().mapToDouble(figure).sorted().toArray());
    }

    private static double median(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f (%.2f..%.2f)", median, least, most);
    }
}
