package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The programs that prove the engine, against an engine that makes one mistake: each mistake has to
 * be found. How soon is printed.
 */
class PlantTest {
    private static final long SEED = Long.getLong("stemma.seed", 1);
    private static final int SEEDS = 600;
    private static final int CUTS = 12;

    @ParameterizedTest
    @EnumSource(
            value = Plant.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = "READER_OF_PUNCHED_LAYER")
    void crashProgramsFindEveryMistake(Plant mistake) throws DeviceException {
        assertThat(firstFound(mistake)).as("nobody noticed %s", mistake).isNotNull();
    }

    private static @Nullable String firstFound(Plant mistake) throws DeviceException {
        CrashStore.Opening opening = CrashStore.making(mistake);
        TreeCrashes.Seen seen = new TreeCrashes.Seen();
        int programs = 0;
        for (long seed = SEED; seed < SEED + SEEDS; seed++) {
            long operations = TreeCrashes.operations(seed, CrashStore.FILE);
            long stride = Math.max(1, operations / CUTS);
            for (long cut = 1 + seed % stride; cut <= operations; cut += stride) {
                programs++;
                String wrong = TreeCrashes.run(seed, cut, seen, opening);
                if (wrong != null) {
                    assertThat(TreeCrashes.run(seed, cut, seen, CrashStore.FILE)).isNull();
                    System.out.printf("%s after %d programs: %.300s%n", mistake, programs, wrong);
                    return wrong;
                }
            }
        }
        return null;
    }

    @Test
    void randomLivesFindAPartWriteThatFillsNothing() throws DeviceException {
        Plant mistake = Plant.PART_WRITE_INTO_ABSENT_BLOCK;
        String found = null;
        for (long seed = SEED; found == null && seed < SEED + 10; seed++) {
            found = TreeProgram.run(seed, 400, new SimulatedTreeStore(seed, mistake));
        }
        assertThat(found).as("nobody noticed").isNotNull();
    }
}
