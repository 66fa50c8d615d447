package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.journal.PlantedBug;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Set;

/**
 * Cuts random programs against a whole pool at every disk operation. A failure names the seed and
 * cut that repeat it; {@code -Dstemma.seed} begins elsewhere.
 */
class PoolCrashTest {
    private static final long SEED = Long.getLong("stemma.seed", 1);
    private static final int SEEDS_TO_FIND_A_PLANTED_BUG = 60;

    @Test
    void everyRecoveredSectorIsOldOrNewWhereverItWasCut() throws DeviceException {
        assertThat(firstWrong(SEED, 1_500)).isNull();
    }

    @Test
    @Tag("full")
    void tenThousandRecoveredPoolsAreAllowed() throws DeviceException {
        assertThat(firstWrong(SEED + 1_000_000, 10_000)).isNull();
    }

    @ParameterizedTest
    @EnumSource(PlantedBug.class)
    void everyPlantedBugIsFound(PlantedBug bug) throws DeviceException {
        String found = null;
        for (long seed = SEED; found == null && seed < SEED + SEEDS_TO_FIND_A_PLANTED_BUG; seed++) {
            found = firstWrongOf(seed, Long.MAX_VALUE, Set.of(bug));
        }
        assertThat(found).as("nobody noticed %s", bug).isNotNull();
    }

    private static @Nullable String firstWrong(long firstSeed, long states) throws DeviceException {
        long left = states;
        for (long seed = firstSeed; left > 0; seed++) {
            String wrong = firstWrongOf(seed, left, Set.of());
            if (wrong != null) {
                return wrong;
            }
            left -= PoolCrashes.operations(seed);
        }
        return null;
    }

    private static @Nullable String firstWrongOf(long seed, long statesMax, Set<PlantedBug> bugs)
            throws DeviceException {
        long operations = Math.min(PoolCrashes.operations(seed), statesMax);
        for (long cut = 1; cut <= operations; cut++) {
            String wrong = PoolCrashes.run(seed, cut, bugs);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }
}
