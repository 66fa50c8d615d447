package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random lives of trees of volumes against an oracle. A failure names the seed that repeats it,
 * with {@code -Dstemma.seed}, and tells its last steps.
 */
class TreeModelTest {
    private static final long SEED = Long.getLong("stemma.seed", 1);

    @Test
    void everyVolumeAndSnapshotReadsAsTheOracleSays() throws DeviceException {
        assertThat(firstWrong(SEED, 10, 400)).isNull();
    }

    @Test
    @Tag("full")
    void aMillionOperationsLoseAndMixNothing() throws DeviceException {
        assertThat(firstWrong(SEED, 100, 10_000)).isNull();
    }

    private static @Nullable String firstWrong(long firstSeed, int seeds, int operations)
            throws DeviceException {
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            SimulatedTreeStore store = new SimulatedTreeStore(seed);
            String wrong = TreeProgram.run(seed, operations, store);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    @Test
    void anHonestStoreInMemoryPasses() {
        for (long seed = SEED; seed < SEED + 10; seed++) {
            assertThat(TreeProgram.run(seed, 400, new MemoryTreeStore(new MemoryTree()))).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MemoryLie.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = "SET_COMES_ONE_BY_ONE")
    void everyLieIsFound(MemoryLie lie) {
        String found = null;
        for (long seed = SEED; found == null && seed < SEED + 10; seed++) {
            found = TreeProgram.run(seed, 400, new MemoryTreeStore(new MemoryTree(lie)));
        }
        assertThat(found).as("nobody noticed %s", lie).isNotNull();
    }
}
