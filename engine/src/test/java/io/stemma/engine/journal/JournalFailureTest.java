package io.stemma.engine.journal;

import static io.stemma.engine.journal.SmallJournals.publish;
import static io.stemma.engine.journal.SmallJournals.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.runtime.TimeSource;

import org.junit.jupiter.api.Test;

import java.util.Set;

/** What follows a failed sync of the journal, and what must not make it fail. */
class JournalFailureTest {
    private static final JournalShape ROOMY = new JournalShape(64 << 10, 8 << 10, 4);

    /** A committer and a syncer that never get a turn. */
    private static final JournalThreads STALLED =
            (name, task) ->
                    new JournalThreads.Lane() {
                        @Override
                        public void wake() {}

                        @Override
                        public void close() {}
                    };

    private static Journal stalled(Folder folder) throws DeviceException {
        return Journal.open(folder, STALLED, TimeSource.SYSTEM, ROOMY, Set.of());
    }

    private static Folder afterAFailedSync(SimulatedDisk disk) throws DeviceException {
        Journal journal = SmallJournals.open(disk.folder(), ROOMY);
        journal.commit(volume(1, "one", 8));
        disk.failNextSync("journal.");
        assertThatThrownBy(() -> journal.commit(new VolumeRenamed(1, "two")))
                .isInstanceOf(DeviceException.class);
        return disk.restart(true);
    }

    @Test
    void aFailureOfTheLastRunIsJudgedOnceAndNotAgainAfterAKill() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(1);
        Journal next = stalled(afterAFailedSync(disk));
        SmallJournals.Outcome acknowledged = publish(next, 1, 3, 1, BlockState.DATA);
        assertThat(acknowledged.ended).isTrue();
        assertThat(acknowledged.fault).isNull();
        Journal found = SmallJournals.open(disk.restart(true), ROOMY);
        assertThat(SmallJournals.blocks(found).get(3)).isEqualTo(BlockState.DATA);
    }

    @Test
    void recordsThatAFailedSyncLeftOnlyInTheCacheAreNotBuiltUpon() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            String name =
                    stalled(afterAFailedSync(disk))
                            .state()
                            .volumes()
                            .getFirst()
                            .description()
                            .name();
            PoolState found = SmallJournals.open(disk.restart(false), ROOMY).state();
            assertThat(found.readOnlyReason()).as("seed %d", seed).isNull();
            assertThat(found.whole()).as("seed %d", seed).isTrue();
            assertThat(found.volumes().getFirst().description().name()).isEqualTo(name);
        }
    }

    @Test
    void aChangeOfAVolumeThatIsGoneIsRefusedAndTheJournalGoesOn() throws Exception {
        Journal journal = SmallJournals.open(new SimulatedDisk(1).folder(), ROOMY);
        journal.commit(volume(1, "one", 8));
        assertThatThrownBy(() -> journal.commit(new VolumeRenamed(7, "x")))
                .isInstanceOfSatisfying(
                        DeviceException.class,
                        e -> assertThat(e.fault().kind()).isEqualTo(DeviceFault.Kind.GONE));
        assertThat(journal.failed()).isFalse();
        journal.commit(new VolumeRenamed(1, "two"));
    }
}
