package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Cuts random programs with snapshots, clones, reverts and merges at disk operations. A failure
 * names the seed and cut that repeat it and tells the last steps; {@code -Dstemma.seed} begins
 * elsewhere.
 */
class TreeCrashTest {
    private static final long SEED = Long.getLong("stemma.seed", 1);

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
        assertThat(seen.matrix.empty()).as("crashes that never were").isEmpty();
    }

    /** Cuts a program at every operation, or at one in so many. */
    private static void cutAll(long seed, int stride, TreeCrashes.Seen seen)
            throws DeviceException {
        long operations = TreeCrashes.operations(seed, CrashStore.FILE);
        for (long cut = 1 + seed % stride; cut <= operations; cut += stride) {
            assertThat(TreeCrashes.run(seed, cut, seen, CrashStore.FILE)).isNull();
        }
    }

    @Test
    void anHonestStoreInMemoryPasses() throws DeviceException {
        TreeCrashes.Seen seen = new TreeCrashes.Seen();
        for (long seed = SEED; seed < SEED + 30; seed++) {
            assertThat(firstWrong(seed, seen)).isNull();
        }
        assertThat(seen.states).hasSizeGreaterThan(100);
    }

    @ParameterizedTest
    @EnumSource(
            value = MemoryLie.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"HOLD_IGNORED", "PART_WRITE_LOSES_THE_REST", "SNAPSHOT_TAKES_WRITES"})
    void everyLieIsFound(MemoryLie lie) throws DeviceException {
        String found = null;
        for (long seed = SEED; found == null && seed < SEED + 60; seed++) {
            found = firstWrong(seed, new TreeCrashes.Seen(), lie);
        }
        assertThat(found).as("nobody noticed %s", lie).isNotNull();
    }

    private static @Nullable String firstWrong(long seed, TreeCrashes.Seen seen, MemoryLie... lies)
            throws DeviceException {
        long operations = TreeCrashes.operations(seed, new MemoryTreeCrashes());
        for (long cut = 1; cut <= operations; cut += 3) {
            String wrong = TreeCrashes.run(seed, cut, seen, new MemoryTreeCrashes(lies));
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private static void report(TreeCrashes.Seen seen) {
        System.out.printf(
                "%d recoveries, %d distinct states%n%s%n",
                seen.recoveries, seen.states.size(), seen.matrix);
    }
}
