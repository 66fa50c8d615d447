package io.stemma.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cuts random programs at every operation; each failure names the seed and cut that repeat it. */
class JournalCrashTest {
    private static final long SEED = Long.getLong("stemma.seed", 1);
    private static final int SEEDS_TO_FIND_A_PLANTED_BUG = 60;

    @Test
    void everyRecoveredStateIsAllowedWhereverItWasCut() throws DeviceException {
        assertThat(firstWrong(SEED, 1_500)).isNull();
    }

    @Test
    @Tag("full")
    void tenThousandRecoveredStatesAreAllowed() throws DeviceException {
        assertThat(firstWrong(SEED + 1_000_000, 10_000)).isNull();
    }

    @ParameterizedTest
    @EnumSource(Mutation.class)
    void everyPlantedBugIsFound(Mutation mutation) throws DeviceException {
        String found = null;
        for (long seed = SEED; found == null && seed < SEED + SEEDS_TO_FIND_A_PLANTED_BUG; seed++) {
            found = firstWrongOf(seed, Integer.MAX_VALUE, mutation);
        }
        assertThat(found).as("nobody noticed %s", mutation).isNotNull();
    }

    private static @Nullable String firstWrong(long firstSeed, int states) throws DeviceException {
        int left = states;
        for (long seed = firstSeed; left > 0; seed++) {
            String wrong = firstWrongOf(seed, left);
            if (wrong != null) {
                return wrong;
            }
            left -= (int) JournalCrashes.operations(seed);
        }
        return null;
    }

    private static @Nullable String firstWrongOf(long seed, int statesMax, Mutation... mutations)
            throws DeviceException {
        long operations = JournalCrashes.operations(seed);
        for (long cut = 1; cut <= Math.min(operations, statesMax); cut++) {
            String wrong = JournalCrashes.run(seed, cut, mutations);
            if (wrong != null) {
                return "seed %d %s".formatted(seed, wrong);
            }
        }
        return null;
    }
}
