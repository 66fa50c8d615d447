package io.stemma.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fuzzing for as long as {@code -Dstemma.fuzz.seconds} says, all paths together; {@code
 * -Dstemma.seed} repeats a run.
 */
class FuzzTest {
    private static final long SECONDS = Long.getLong("stemma.fuzz.seconds", 3);

    @ParameterizedTest
    @EnumSource(Fuzz.Path.class)
    void whateverComesEndsInAnAnswerAWaitOrAClose(Fuzz.Path path) {
        long seed = Long.getLong("stemma.seed", System.nanoTime());
        long nanos = SECONDS * 1_000_000_000 / Fuzz.Path.values().length;
        Fuzz fuzz = new Fuzz(path, seed);
        long inputs = fuzz.runUntil(System.nanoTime() + nanos);
        System.out.printf("%s: seed %d, %d inputs, %d deep%n", path, seed, inputs, fuzz.deep());
        assertThat(fuzz.deep()).as("inputs past the first checks").isGreaterThan(inputs / 50);
    }
}
