package io.stemma.bench.fairness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** {@code bench/fairness flood|slowdisk|scale|idle [OPTIONS]}. */
public final class Fairness {
    private Fairness() {}

    /**
     * Measures; exit code 0 if every bound was met, 3 if one was not, 2 for a wrong command line, 1
     * if measuring failed.
     *
     * @param arguments see {@link FairnessOptions}
     */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        FairnessOptions options;
        try {
            options = FairnessOptions.parse(arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.println("fairness: " + wrong.getMessage());
            System.err.println(FairnessOptions.USAGE);
            return 2;
        }
        Page page = Page.begin(options);
        try {
            switch (options.program()) {
                case "flood" -> new FloodProgram(options, page).run();
                case "slowdisk" -> new SlowDiskProgram(options, page).run();
                case "scale" -> new ScaleProgram(options, page).run();
                default -> new IdleProgram(options, page).run();
            }
        } catch (IOException | IllegalStateException | UncheckedIOException failed) {
            System.err.println("fairness: " + failed.getMessage());
            return 1;
        }
        return page.end() ? 0 : 3;
    }
}
