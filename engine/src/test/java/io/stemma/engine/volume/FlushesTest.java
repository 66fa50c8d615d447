package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.io.SimulatedDisk.Act;
import io.stemma.engine.runtime.Limits;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Flushes, barriers that nobody asked for, congestion, punches, and where writes run. */
class FlushesTest {
    private SimulatedVolumeRig rig;

    @BeforeEach
    void begin() throws Exception {
        rig = new SimulatedVolumeRig(1, 64 << 20);
        rig.write(0, 2048, 1);
        rig.flush();
        rig.disk.record(true);
    }

    private TestRequest flushing() {
        TestRequest request = new TestRequest();
        request.flush();
        return request.on(rig.volume);
    }

    @Test
    void aFlushWithNothingToDoEndsAtOnce() {
        assertThat(flushing().done()).isTrue();
        assertThat(rig.count(Act.DATA_SYNC)).isZero();
    }

    @Test
    void aFlushOfOverwritesLeavesTheJournalAlone() {
        rig.write(0, 8, 2);
        rig.flush();
        assertThat(rig.disk.recorded())
                .extracting(one -> one.act())
                .containsExactly(Act.WRITE, Act.DATA_SYNC);
    }

    @Test
    void flushesThatWaitShareOneSync() {
        rig.write(0, 8, 2);
        List<TestRequest> all = List.of(flushing(), flushing(), flushing());
        assertThat(all).noneMatch(TestRequest::done);
        rig.threads.runAll();
        assertThat(all).allMatch(TestRequest::done);
        assertThat(rig.count(Act.DATA_SYNC)).isEqualTo(1);
    }

    @Test
    void aFlushThatComesWhileOneRunsIsPartOfTheNext() {
        rig.write(0, 8, 2);
        List<TestRequest> late = new ArrayList<>();
        rig.disk.observe(
                act -> {
                    if (act.act() == Act.DATA_SYNC && late.isEmpty()) {
                        late.add(rig.writing(0, 8, 3, false).on(rig.volume));
                        rig.disk.observe(null);
                        late.add(flushing());
                        late.add(flushing());
                    }
                });
        TestRequest first = flushing();
        rig.threads.runUntil(first::done);
        assertThat(late.get(1).done()).isFalse();
        rig.threads.runAll();
        assertThat(late).allMatch(TestRequest::done);
        assertThat(rig.count(Act.DATA_SYNC)).isEqualTo(2);
    }

    @Test
    void whatNobodyFlushesIsBarrieredAfterAWhile() throws Exception {
        rig.write(4096, 8, 7);
        rig.threads.tick();
        assertThat(rig.count(Act.DATA_SYNC)).isZero();
        rig.clock.pass(Limits.BARRIER_INTERVAL_NANOS);
        rig.threads.tick();
        assertThat(rig.count(Act.DATA_SYNC)).isEqualTo(1);
        rig.clock.pass(Limits.BARRIER_INTERVAL_NANOS);
        rig.threads.tick();
        assertThat(rig.count(Act.DATA_SYNC)).isEqualTo(1);
        rig.restart(false);
        assertThat(rig.read(4096, 8)).containsOnly(7);
    }

    @Test
    void muchNewDataIsBarrieredWithoutWaiting() throws Exception {
        SimulatedVolumeRig large = new SimulatedVolumeRig(2, 80 << 20);
        large.disk.record(true);
        for (int mib = 0; mib < 64; mib++) {
            large.write(mib * 2048L, 2048, 1);
        }
        large.threads.runAll();
        assertThat(large.count(Act.DATA_SYNC)).isEqualTo(1);
    }

    @Test
    void unsyncedBytesAtTheBoundCongestTheVolumeUntilAFlush() {
        List<Boolean> heard = new ArrayList<>();
        rig.volume.addListener(
                new VolumeListener() {
                    @Override
                    public void congestionChanged(boolean congested) {
                        heard.add(congested);
                    }
                });
        TestRequest write = rig.writing(0, 2048, 3, false);
        for (int mib = 0; mib < 255; mib++) {
            assertThat(write.on(rig.volume).done()).isTrue();
            write.write(0, 2048, write.address(), false);
        }
        assertThat(rig.volume.congested()).isFalse();
        write.on(rig.volume);
        assertThat(rig.volume.congested()).isTrue();
        rig.threads.runAll();
        assertThat(rig.volume.congested()).isFalse();
        assertThat(heard).containsExactly(true, false);
        assertThat(rig.count(Act.DATA_SYNC)).isEqualTo(1);
    }

    @Test
    void twoSlowWritesSendTheNextOnesToThePoolForAWhile() {
        rig.disk.observe(act -> rig.clock.pass(act.act() == Act.WRITE ? 2_000_000 : 0));
        assertThat(rig.writing(0, 8, 3, false).on(rig.volume).done()).isTrue();
        rig.clock.pass(Limits.INLINE_PENALTY_NANOS);
        assertThat(rig.writing(0, 8, 3, false).on(rig.volume).done()).isTrue();
        assertThat(rig.writing(0, 8, 3, false).on(rig.volume).done()).isTrue();
        rig.disk.observe(null);
        TestRequest next = rig.writing(0, 8, 4, false).on(rig.volume);
        assertThat(next.done()).isFalse();
        rig.threads.runAll();
        assertThat(next.done()).isTrue();
        rig.clock.pass(Limits.INLINE_PENALTY_NANOS);
        assertThat(rig.writing(0, 8, 5, false).on(rig.volume).done()).isTrue();
    }

    @Test
    void writesKeepAwayFromALayerThatIsBeingSynced() {
        rig.write(0, 8, 2);
        List<TestRequest> during = new ArrayList<>();
        rig.disk.observe(
                act -> {
                    if (act.act() == Act.DATA_SYNC) {
                        rig.disk.observe(null);
                        during.add(rig.writing(0, 8, 3, false).on(rig.volume));
                        assertThat(during.getFirst().done()).isFalse();
                    }
                });
        rig.flush();
        rig.threads.runAll();
        assertThat(during.getFirst().done()).isTrue();
        assertThat(rig.writing(0, 8, 4, false).on(rig.volume).done()).isTrue();
    }

    @Test
    void spaceIsGivenBackOnlyAfterTheBarrierAndOnlyWhereStillAbsent() {
        rig.unmap(0, 1024);
        rig.threads.tick();
        assertThat(rig.count(Act.PUNCH)).isZero();
        rig.flush();
        rig.write(512, 8, 4);
        rig.flush();
        rig.threads.tick();
        assertThat(rig.disk.recorded())
                .filteredOn(one -> one.act() == Act.PUNCH)
                .extracting(one -> one.offset() / 512 + "+" + one.length() / 512)
                .containsExactly("0+512", "520+504");
        assertThat(rig.read(512, 8)).containsOnly(4);
        assertThat(rig.read(520, 504)).containsOnly(0);
    }

    @Test
    void aKilledProcessDoesNotForgetToGiveSpaceBack() throws Exception {
        rig.unmap(0, 2048);
        rig.write(8192, 2048, 1);
        rig.unmap(8192, 2040);
        rig.restart(true);
        rig.write(16384, 4096, 1);
        rig.unmap(16384, 4096);
        rig.restart(true);
        rig.disk.record(true);
        rig.flush();
        for (int i = 0; i < 4; i++) {
            rig.threads.tick();
        }
        assertThat(rig.volume.usage().reclaimableBytes()).isZero();
        assertThat(rig.read(8192 + 2040, 8)).containsOnly(1);
    }
}
