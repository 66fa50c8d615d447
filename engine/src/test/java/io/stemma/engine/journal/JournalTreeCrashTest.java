package io.stemma.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cuts random programs on trees of layers; each failure names the seed and cut that repeat it. */
class JournalTreeCrashTest {
    private static final long SEED = Long.getLong("stemma.seed", 1);
    private static final int SEEDS_TO_FIND_A_PLANTED_BUG = 60;

    @Test
    void everyRecoveredTreeIsAllowedWhereverItWasCut() throws DeviceException {
        assertThat(firstWrong(SEED, 2_000)).isNull();
    }

    @Test
    @Tag("full")
    void twentyThousandRecoveredTreesAreAllowed() throws DeviceException {
        assertThat(firstWrong(SEED + 1_000_000, 20_000)).isNull();
    }

    @ParameterizedTest
    @EnumSource(
            value = Mutation.class,
            names = {"VOID_RECORDS_REVIVED", "PENDING_STATE_IN_CHECKPOINT", "NO_JOURNAL_SYNC"})
    void plantedBugsAreFoundInTreesToo(Mutation mutation) throws DeviceException {
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
            left -= (int) JournalTreeCrashes.operations(seed);
        }
        return null;
    }

    private static @Nullable String firstWrongOf(long seed, int statesMax, Mutation... mutations)
            throws DeviceException {
        long operations = JournalTreeCrashes.operations(seed);
        for (long cut = 1; cut <= Math.min(operations, statesMax); cut++) {
            String wrong = JournalTreeCrashes.run(seed, cut, mutations);
            if (wrong != null) {
                return "seed %d %s".formatted(seed, wrong);
            }
        }
        return null;
    }
}
