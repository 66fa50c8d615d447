package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Memory;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What an administrator does with snapshots and clones, one thing at a time. */
class PointsInTimeTest {
    private static final int BLOCKS = 2048;

    private final SimulatedVolumeRig rig;
    private PointsInTime points;

    PointsInTimeTest() throws Exception {
        rig = new SimulatedVolumeRig(1, BLOCKS * 512L);
        points = points();
    }

    private PointsInTime points() {
        return rig.backend.facet(PointsInTime.class).orElseThrow();
    }

    private Snapshot snapshot(String name) throws Exception {
        try (PointsInTime.Cut cut = points.prepare(List.of(rig.volume))) {
            cut.cut();
            return cut.complete(name).getFirst();
        }
    }

    private byte[] read(Volume volume, long block, int blocks) {
        Memory memory = new Memory(blocks * 512);
        TestRequest request = new TestRequest();
        request.read(block, blocks, memory.address());
        request.on(volume);
        rig.threads.runUntil(request::done);
        assertThat(request.fault()).isNull();
        return memory.get(blocks * 512);
    }

    private void on(Volume volume, Runnable what) {
        Volume before = rig.volume;
        rig.volume = volume;
        what.run();
        rig.volume = before;
    }

    private static byte[] of(int value, int blocks) {
        byte[] bytes = new byte[blocks * 512];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** All background work that there is. */
    private void settle() {
        for (int i = 0; i < 200; i++) {
            rig.clock.pass(500_000_000L);
            rig.threads.tick();
        }
    }

    @Test
    void aSnapshotTellsWhichOneItLiesOver() throws Exception {
        Snapshot first = snapshot("first");
        rig.write(0, 16, 1);
        Snapshot second = snapshot("second");
        Volume clone = points.clone(second, "clone", true);
        assertThat(points.parent(first)).isEmpty();
        assertThat(points.parent(second)).contains(first);
        assertThat(points.parent(clone)).contains(second);
        try (PointsInTime.Cut cut = points.prepare(List.of(clone))) {
            cut.cut();
            assertThat(points.parent(cut.complete("of-the-clone").getFirst())).contains(second);
        }
        assertThat(points.snapshot(second.id())).contains(second);
        points.delete(first);
        assertThat(points.parent(second)).isEmpty();
        assertThat(points.snapshot(first.id())).isEmpty();
    }

    @Test
    void aSnapshotKeepsWhatTheVolumeWas() throws Exception {
        rig.write(0, 16, 1);
        Snapshot first = snapshot("first");
        rig.write(0, 3, 2);
        rig.write(13, 1, 3);

        Volume old = points.open(first);
        assertThat(read(old, 0, 16)).isEqualTo(of(1, 16));
        assertThat(rig.read(0, 3)).isEqualTo(of(2, 3));
        assertThat(rig.read(3, 10)).isEqualTo(of(1, 10));
        assertThat(rig.read(13, 1)).isEqualTo(of(3, 1));
        assertThat(rig.backend.volume("v@first")).containsSame(old);
        assertThat(points.snapshots()).containsExactly(first);
    }

    @Test
    void aSnapshotIsNotWritten() throws Exception {
        Volume old = points.open(snapshot("first"));
        TestRequest request = rig.writing(0, 1, 1, false);
        request.on(old);
        rig.threads.runUntil(request::done);
        assertThat(Objects.requireNonNull(request.fault()).kind())
                .isEqualTo(DeviceFault.Kind.WRITE_PROTECTED);
    }

    @Test
    void whatIsUnmappedInTheVolumeStaysInTheSnapshot() throws Exception {
        rig.write(0, 32, 1);
        Snapshot first = snapshot("first");
        rig.unmap(5, 20);
        settle();
        assertThat(rig.read(5, 20)).isEqualTo(of(0, 20));
        assertThat(rig.read(0, 5)).isEqualTo(of(1, 5));
        assertThat(rig.read(25, 7)).isEqualTo(of(1, 7));
        assertThat(read(points.open(first), 0, 32)).isEqualTo(of(1, 32));
    }

    @Test
    void aCloneGoesItsOwnWay() throws Exception {
        rig.write(0, 16, 1);
        Snapshot first = snapshot("first");
        Volume clone = points.clone(first, "c", true);
        rig.write(0, 8, 2);
        on(clone, () -> rig.write(4, 8, 3));
        assertThat(read(clone, 0, 4)).isEqualTo(of(1, 4));
        assertThat(read(clone, 4, 8)).isEqualTo(of(3, 8));
        assertThat(rig.read(0, 8)).isEqualTo(of(2, 8));
        assertThat(points.parent(clone)).contains(first);
        assertThat(points.children(first)).containsExactlyInAnyOrder(clone, rig.volume);
    }

    @Test
    void aRevertedVolumeIsWhatTheSnapshotIs() throws Exception {
        rig.write(0, 16, 1);
        Snapshot first = snapshot("first");
        rig.write(0, 16, 2);
        Snapshot second = snapshot("second");
        rig.write(0, 16, 3);
        points.revert(rig.volume, first);
        assertThat(rig.read(0, 16)).isEqualTo(of(1, 16));
        rig.write(0, 4, 4);
        points.revert(rig.volume, second);
        assertThat(rig.read(0, 16)).isEqualTo(of(2, 16));
        settle();
        assertThat(rig.read(0, 16)).isEqualTo(of(2, 16));
        assertThat(read(points.open(first), 0, 16)).isEqualTo(of(1, 16));
    }

    @Test
    void snapshotsAreDeletedInAnyOrder() throws Exception {
        List<Snapshot> all = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            rig.write(i * 40L, 80, i);
            all.add(snapshot("s" + i));
        }
        for (int gone : new int[] {2, 0, 4, 1, 3}) {
            byte[] before = rig.read(0, 600);
            points.delete(all.get(gone));
            settle();
            assertThat(rig.read(0, 600)).isEqualTo(before);
            for (Snapshot left : points.snapshots()) {
                int i = left.name().charAt(1) - '0';
                assertThat(read(points.open(left), i * 40L, 80)).isEqualTo(of(i, 80));
                assertThat(read(points.open(left), i * 40 + 80, 8)).isEqualTo(of(0, 8));
            }
        }
        assertThat(points.snapshots()).isEmpty();
        assertThat(points.merges()).isEmpty();
    }

    @Test
    void everythingIsThereAfterARestart() throws Exception {
        rig.write(0, 16, 1);
        Snapshot first = snapshot("first");
        rig.write(0, 8, 2);
        points.clone(first, "c", true);
        points.hold(first, "backup");
        rig.flush();
        rig.restart(false);
        points = points();
        assertThat(points.snapshots()).hasSize(1);
        Snapshot found = points.snapshot("v@first").orElseThrow();
        assertThat(found.id()).isEqualTo(first.id());
        assertThat(found.holds()).containsExactly("backup");
        assertThat(read(points.open(found), 0, 16)).isEqualTo(of(1, 16));
        assertThat(rig.read(0, 8)).isEqualTo(of(2, 8));
        assertThat(rig.read(8, 8)).isEqualTo(of(1, 8));
        assertThat(read(rig.backend.volume("c").orElseThrow(), 0, 16)).isEqualTo(of(1, 16));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> points.delete(found))
                .withMessageContaining("held by backup");
    }

    @Test
    void theDifferenceOfTwoPointsIsWhatWasWrittenBetweenThem() throws Exception {
        rig.write(0, 64, 1);
        Volume first = points.open(snapshot("first"));
        rig.write(16, 8, 2);
        rig.unmap(40, 8);
        Volume second = points.open(snapshot("second"));
        rig.write(56, 8, 3);
        List<String> runs = new ArrayList<>();
        points.difference(first, second, (at, count, data) -> runs.add(at + "+" + count + data));
        assertThat(runs).containsExactly("16+8true", "40+8false");
        runs.clear();
        points.difference(
                second, rig.volume, (at, count, data) -> runs.add(at + "+" + count + data));
        assertThat(runs).containsExactly("56+8true");
        runs.clear();
        points.difference(null, second, (at, count, data) -> runs.add(at + "+" + count + data));
        assertThat(runs).containsExactly("0+16true", "16+8true", "24+16true", "48+16true");
    }

    @Test
    void aVolumeThatIsFlattenedNeedsItsSnapshotNoMore() throws Exception {
        rig.write(0, 64, 1);
        Snapshot first = snapshot("first");
        Volume clone = points.clone(first, "c", true);
        on(clone, () -> rig.write(8, 8, 2));
        points.flatten(clone);
        settle();
        assertThat(points.parent(clone)).isEmpty();
        assertThat(read(clone, 0, 8)).isEqualTo(of(1, 8));
        assertThat(read(clone, 8, 8)).isEqualTo(of(2, 8));
        assertThat(read(clone, 16, 48)).isEqualTo(of(1, 48));
    }

    @Test
    void aVolumeThatIsRevertedWhileItIsFlattenedLosesNothing() throws Exception {
        rig.write(0, 64, 1);
        Snapshot first = snapshot("first");
        rig.write(0, 64, 2);
        snapshot("second");
        points.flatten(rig.volume);
        rig.threads.step();
        points.revert(rig.volume, first);
        settle();
        assertThat(points.parent(rig.volume)).isEmpty();
        assertThat(rig.read(0, 64)).isEqualTo(of(1, 64));
    }

    @Test
    void aShrunkVolumeDoesNotBringBackWhatWasBehindItsEnd() throws Exception {
        rig.write(0, 64, 1);
        snapshot("first");
        rig.backend.resize(rig.volume, 11, true);
        assertThat(rig.read(0, 11)).isEqualTo(of(1, 11));
        rig.backend.resize(rig.volume, 64, false);
        assertThat(rig.read(0, 11)).isEqualTo(of(1, 11));
        assertThat(rig.read(11, 53)).isEqualTo(of(0, 53));
    }

    @Test
    void aCutThatIsNotCompletedLeavesNothingBehind() throws Exception {
        rig.write(0, 8, 1);
        points.prepare(List.of(rig.volume)).close();
        rig.write(0, 4, 2);
        PointsInTime.Cut cut = points.prepare(List.of(rig.volume));
        cut.cut();
        rig.write(4, 2, 3);
        cut.close();
        settle();
        assertThat(rig.read(0, 8)).isEqualTo(concat(of(2, 4), concat(of(3, 2), of(1, 2))));
        assertThat(points.snapshots()).isEmpty();
        rig.backend.resize(rig.volume, 4096, false);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
