package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.JournalThreads;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Atomic writes where things go wrong; where they are cut is the crash tests' matter. */
class AtomicWriteTest {
    private static final int BLOCKS = 640;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final BadSectorFolder folder = new BadSectorFolder(disk.folder(), 560 * 512 + 3);
    private final SteppedThreads threads = new SteppedThreads();
    private final FileBackend backend;
    private final Volume volume;

    AtomicWriteTest() throws Exception {
        backend = FileBackend.open(folder, threads, JournalThreads.INLINE, new TestClock());
        volume =
                backend.create(new VolumeSpecification("v", new Geometry(BLOCKS, 512, 4096), true));
    }

    /** A hold that is granted at once, since nobody else is there. */
    private static final class Hold extends RangeLock {
        private boolean granted;

        Hold(long first, long count) {
            super(new BlockRange(first, count));
        }

        @Override
        protected void granted() {
            granted = true;
        }
    }

    private static TestRequest writing(long first, int count, int value) {
        byte[] bytes = new byte[count * 512];
        Arrays.fill(bytes, (byte) value);
        Memory memory = Memory.of(bytes);
        TestRequest request = new TestRequest();
        request.keep(memory);
        request.writeAtomic(first, count, memory.address(), false);
        return request;
    }

    private @Nullable DeviceFault write(long first, int count, int value) {
        Hold hold = new Hold(first, count);
        volume.lockExclusive(hold);
        assertThat(hold.granted).isTrue();
        TestRequest request = writing(first, count, value).on(volume, hold);
        threads.runUntil(request::done);
        volume.unlock(hold);
        return request.fault();
    }

    private byte[] read(Volume from, long first, int count) {
        Memory memory = new Memory(count * 512);
        TestRequest request = new TestRequest();
        request.read(first, count, memory.address());
        request.on(from);
        threads.runUntil(request::done);
        assertThat(request.fault()).isNull();
        return memory.get(count * 512);
    }

    private static DeviceFault.Kind kind(@Nullable DeviceFault fault) {
        return Objects.requireNonNull(fault).kind();
    }

    @Test
    void itIsAsLargeAsTheLimitAndNoLarger() {
        int most = Limits.ATOMIC_WRITE_BYTES_MAX / 512;
        assertThat(write(3, most - 64, 1)).isNull();
        assertThat(read(volume, 3, most - 64)).containsOnly(1);
        assertThat(read(volume, 0, 3)).containsOnly(0);
        assertThat(kind(write(0, most + 1, 2))).isEqualTo(DeviceFault.Kind.OUT_OF_RANGE);
        assertThat(read(volume, 3, most - 64)).containsOnly(1);
        assertThat(write(128, most, 2)).isNull();
        assertThat(read(volume, 128, most)).containsOnly(2);
    }

    @Test
    void onlyTheHolderOfTheBlocksMayWriteSo() {
        TestRequest request = writing(0, 8, 1).on(volume);
        threads.runUntil(request::done);
        assertThat(kind(request.fault())).isEqualTo(DeviceFault.Kind.OUT_OF_RANGE);
        assertThat(read(volume, 0, 8)).containsOnly(0);
    }

    @Test
    void aTapSeesAWrite() {
        List<String> seen = new ArrayList<>();
        volume.tap(
                new WriteTap() {
                    @Override
                    public boolean before(BlockRequest request, Runnable proceed) {
                        seen.add("before " + request.kind() + request.atomic());
                        return true;
                    }

                    @Override
                    public void after(BlockRequest request, @Nullable DeviceFault fault) {
                        seen.add("after " + request.kind());
                    }
                });
        assertThat(write(0, 16, 1)).isNull();
        assertThat(seen).containsExactly("before WRITEtrue", "after WRITE");
    }

    @Test
    void aBadPlaceIsFoundBeforeAnythingIsChanged() {
        assertThat(write(540, 8, 1)).isNull();
        TestRequest plain = new TestRequest();
        plain.keep(new Memory(64 * 512));
        plain.write(556, 8, Objects.requireNonNull(plain.memory()).address(), false);
        assertThat(plain.on(volume).fault()).isNull();
        assertThat(kind(write(540, 32, 2))).isEqualTo(DeviceFault.Kind.MEDIUM);
        assertThat(read(volume, 540, 8)).containsOnly(1);
        assertThat(volume.offlineFault()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 512, 4096, 6000})
    void oneThatFailsHalfWayLeavesNothingBehind(int bytes) throws Exception {
        assertThat(write(4, 8, 1)).isNull();
        folder.nextWriteBytes = bytes;
        assertThat(kind(write(2, 20, 2))).isEqualTo(DeviceFault.Kind.MEDIUM);
        assertThat(volume.offlineFault()).isNull();
        byte[] expected = new byte[24 * 512];
        Arrays.fill(expected, 4 * 512, 12 * 512, (byte) 1);
        assertThat(read(volume, 0, 24)).isEqualTo(expected);
        assertThat(write(8, 2, 3)).isNull();
        Arrays.fill(expected, 8 * 512, 10 * 512, (byte) 3);
        assertThat(read(restarted(false), 0, 24)).isEqualTo(expected);
    }

    private Volume restarted(boolean sameBoot) throws Exception {
        FileBackend next =
                FileBackend.open(
                        disk.restart(sameBoot), threads, JournalThreads.INLINE, new TestClock());
        return next.volume("v").orElseThrow();
    }

    @Test
    void oneWhosePlaceIsNotMadeDurableIsWholeAfterTheNextStart() throws Exception {
        assertThat(write(0, 16, 1)).isNull();
        disk.failNextSync("layer.");
        assertThat(kind(write(0, 16, 2))).isEqualTo(DeviceFault.Kind.OFFLINE);
        FileBackend next =
                FileBackend.open(
                        disk.restart(false), threads, JournalThreads.INLINE, new TestClock());
        Volume recovered = next.volume("v").orElseThrow();
        assertThat(recovered.offlineFault()).isNotNull();
        next.recover(recovered);
        assertThat(read(recovered, 0, 16)).containsOnly(2);
        assertThat(read(restarted(false), 0, 16)).containsOnly(2);
    }

    @Test
    void aRecoveryWithoutARestartWritesItWholeToo() throws Exception {
        disk.failNextSync("layer.");
        assertThat(kind(write(3, 16, 2))).isEqualTo(DeviceFault.Kind.OFFLINE);
        backend.recover(volume);
        assertThat(read(volume, 3, 16)).containsOnly(2);
        assertThat(read(volume, 0, 3)).containsOnly(0);
        assertThat(write(3, 8, 3)).isNull();
        assertThat(read(restarted(true), 3, 8)).containsOnly(3);
    }
}
