package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stemma.engine.block.DeviceException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.Map;

/**
 * Cuts random programs with snapshots, clones, reverts and merges at disk operations. A failure
 * names the seed and cut that repeat it and tells the last steps; {@code -Dstemma.seed} begins
 * elsewhere.
 */
class TreeCrashTest {
    private static final long SEED = Long.getLong("stemma.seed", 1);

    /** Crashes that cannot be, as "UNDER at SITE", and why. */
    private static final Map<String, String> IMPOSSIBLE = Map.of();

    @BeforeEach
    void pointsInTimeAreThere() throws DeviceException {
        assumeThat(new SimulatedTreeStore(1).backend().facet(PointsInTime.class)).isPresent();
    }

    @Test
    void whatIsLeftOfATreeIsAllowedWhereverItWasCut() throws DeviceException {
        TreeCrashes.Seen seen = new TreeCrashes.Seen();
        for (long seed = SEED; seed < SEED + 20; seed++) {
            cutAll(seed, 11, seen);
        }
        report(seen);
    }

    @Test
    @Tag("full")
    void aHundredThousandDistinctStatesAreAllowed() throws DeviceException {
        TreeCrashes.Seen seen = new TreeCrashes.Seen();
        for (long seed = SEED + 1_000_000; seen.states.size() < 100_000; seed++) {
            cutAll(seed, 1, seen);
        }
        report(seen);
        assertThat(seen.matrix.empty())
                .as("crashes that never were")
                .containsExactlyInAnyOrderElementsOf(IMPOSSIBLE.keySet());
    }

    /** Cuts a program at every operation, or at one in so many. */
    private static void cutAll(long seed, int stride, TreeCrashes.Seen seen)
            throws DeviceException {
        long operations = TreeCrashes.operations(seed);
        for (long cut = 1 + seed % stride; cut <= operations; cut += stride) {
            assertThat(TreeCrashes.run(seed, cut, seen)).isNull();
        }
    }

    private static void report(TreeCrashes.Seen seen) {
        System.out.printf(
                "%d recoveries, %d distinct states%n%s%n",
                seen.recoveries, seen.states.size(), seen.matrix);
    }
}
