package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.PassFolder;
import io.stemma.engine.io.SimulatedDisk;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** When a pool says that it is nearly full, and to whom. */
class PoolSpaceTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final FakeFolder folder = new FakeFolder(disk.folder());
    private final SteppedThreads threads = new SteppedThreads();

    /** A folder whose file system is as full as the test says. */
    private static final class FakeFolder extends PassFolder {
        private final AtomicLong usable = new AtomicLong(100 * GIB);
        private long capacity = 100 * GIB;
        private boolean broken;
        private final AtomicInteger looks = new AtomicInteger();

        FakeFolder(Folder folder) {
            super(folder);
        }

        @Override
        protected BlockFile wrapped(BlockFile file) {
            return file;
        }

        @Override
        public long usableBytes() throws IOException {
            looks.incrementAndGet();
            if (broken) {
                throw new IOException("nobody knows");
            }
            return usable.get();
        }

        @Override
        public long capacityBytes() {
            return capacity;
        }
    }

    private PoolSpace space(long reserve, long ballast, int percent) throws IOException {
        SpaceSettings settings = new SpaceSettings(reserve, ballast, percent);
        PoolSpace space = new PoolSpace(folder, new Ballast(folder), settings, threads);
        space.begin();
        return space;
    }

    private void tick(PoolSpace space) {
        space.tick();
        threads.runAll();
    }

    @Test
    void aBurstBetweenTwoLooksGetsWhatWasThereAndNotMore() throws IOException {
        folder.usable.set(10 * MIB);
        PoolSpace space = space(4 * MIB, 0, 0);
        int looks = folder.looks.get();
        long admitted = 0;
        while (space.admits(MIB)) {
            admitted += MIB;
            folder.usable.addAndGet(-MIB);
        }
        assertThat(admitted).isEqualTo(6 * MIB);
        assertThat(folder.looks.get() - looks).isOne();
    }

    @Test
    void whatWasPromisedAndNotNeededComesBackWithoutATick() throws IOException {
        folder.usable.set(10 * MIB);
        PoolSpace space = space(4 * MIB, 0, 0);
        for (int i = 0; i < 100; i++) {
            assertThat(space.admits(4 * MIB)).isTrue();
        }
        assertThat(space.state().refusing()).isFalse();
    }

    @Test
    void whatIsRefusedStaysRefusedUntilTheReserveIsFreeByAQuarterMore() throws IOException {
        folder.usable.set(4 * MIB);
        PoolSpace space = space(4 * MIB, 0, 0);
        assertThat(space.admits(1)).isFalse();
        assertThat(space.admitsSnapshot()).isFalse();
        assertThat(space.state().refusing()).isTrue();
        folder.usable.set(5 * MIB - 1);
        tick(space);
        assertThat(space.admits(1)).isFalse();
        folder.usable.set(5 * MIB);
        tick(space);
        assertThat(space.admitsSnapshot()).isTrue();
        assertThat(space.state().refusing()).isFalse();
        assertThat(space.admits(MIB + 1)).isFalse();
    }

    @Test
    void whatSomebodyElseTakesIsSeenAtTheNextTick() throws IOException {
        PoolSpace space = space(GIB, 0, 0);
        assertThat(space.admits(GIB)).isTrue();
        folder.usable.set(GIB - 1);
        tick(space);
        assertThat(space.admits(1)).isFalse();
        DeviceFault refusal = space.refusal("write");
        assertThat(refusal.kind()).isEqualTo(DeviceFault.Kind.SPACE_EXHAUSTED);
        assertThat(refusal.what()).contains(String.valueOf(GIB - 1));
    }

    @Test
    void withoutAReserveNothingIsEverRefused() throws IOException {
        folder.usable.set(0);
        PoolSpace space = space(0, 0, 0);
        tick(space);
        assertThat(space.admits(Long.MAX_VALUE)).isTrue();
        assertThat(space.state().refusing()).isFalse();
    }

    @Test
    void anUnknownFileSystemRefusesNothing() throws IOException {
        folder.broken = true;
        PoolSpace space = space(GIB, 0, 80);
        assertThat(space.admits(GIB)).isTrue();
        assertThat(space.state()).isEqualTo(SpaceState.UNKNOWN);
        folder.broken = false;
        folder.usable.set(0);
        tick(space);
        assertThat(space.admits(1)).isFalse();
    }

    @Test
    void theThresholdIsToldOncePerCrossing() throws IOException {
        PoolSpace space = space(0, 0, 80);
        AtomicInteger told = new AtomicInteger();
        space.onThreshold(told::incrementAndGet);
        folder.usable.set(20 * GIB + 1);
        tick(space);
        assertThat(told).hasValue(0);
        folder.usable.set(20 * GIB);
        tick(space);
        tick(space);
        assertThat(told).hasValue(1);
        assertThat(space.state().overThreshold()).isTrue();
        assertThat(space.state().usedPercent()).isEqualTo(80);
        assertThat(space.state().softThresholdPercent()).isEqualTo(80);
        folder.usable.set(21 * GIB);
        tick(space);
        folder.usable.set(20 * GIB);
        tick(space);
        assertThat(told).hasValue(1);
        folder.usable.set(22 * GIB);
        tick(space);
        assertThat(space.state().overThreshold()).isFalse();
        folder.usable.set(20 * GIB);
        tick(space);
        assertThat(told).hasValue(2);
    }

    @Test
    void whatIsKeptWithoutBeingToldGoesByTheFileSystem() throws IOException {
        long[][] cases = {
            {100 * GIB, GIB},
            {1L << 50, GIB},
            {50 * GIB, GIB / 2},
            {2 * GIB, 64 * MIB},
            {80 * MIB, 10 * MIB},
        };
        for (long[] one : cases) {
            folder.capacity = one[0];
            PoolSpace space = space(SpaceSettings.AUTOMATIC, SpaceSettings.AUTOMATIC, 0);
            assertThat(space.state().reserveBytes()).as("of %d", one[0]).isEqualTo(one[1]);
            assertThat(space.state().ballastWantedBytes()).isEqualTo(one[1]);
        }
    }

    @Test
    void theBallastGrowsInTheBackgroundAndOnlyWhereThereIsRoom() throws IOException {
        folder.usable.set(30 * MIB);
        PoolSpace space = space(10 * MIB, 40 * MIB, 0);
        assertThat(space.state().ballastBytes()).isZero();
        tick(space);
        assertThat(folder.exists(Ballast.NAME)).isFalse();
        folder.usable.set(GIB);
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tick(space);
            sizes.add(folder.open(Ballast.NAME).allocatedBytes());
        }
        assertThat(sizes).containsExactly(16 * MIB, 32 * MIB, 40 * MIB, 40 * MIB);
    }

    @Test
    void theBallastIsWhatWorkThatGivesSpaceBackMaySpend() throws IOException {
        PoolSpace space = space(MIB, 32 * MIB, 0);
        tick(space);
        tick(space);
        folder.usable.set(0);
        assertThat(space.makeRoom(0)).isTrue();
        assertThat(folder.open(Ballast.NAME).allocatedBytes()).isEqualTo(32 * MIB);
        assertThat(space.makeRoom(MIB)).isFalse();
        assertThat(folder.open(Ballast.NAME).allocatedBytes()).isZero();
        folder.usable.set(GIB);
        tick(space);
        assertThat(folder.open(Ballast.NAME).allocatedBytes()).isEqualTo(16 * MIB);
    }

    @Test
    void aBallastThatIsTooLargeNowIsCutAndOneAsFoundStays() throws IOException {
        PoolSpace space = space(MIB, 16 * MIB, 0);
        tick(space);
        space.close();
        PoolSpace found = space(0, SpaceSettings.AS_FOUND, 0);
        tick(found);
        assertThat(found.state().ballastBytes()).isEqualTo(16 * MIB);
        found.close();
        PoolSpace smaller = space(0, MIB, 0);
        tick(smaller);
        assertThat(folder.open(Ballast.NAME).size()).isEqualTo(MIB);
    }

    @Test
    void manyThreadsTogetherGetWhatThereIsAndNotMore() throws Exception {
        folder.usable.set(1000 * MIB);
        PoolSpace space = space(100 * MIB, 0, 0);
        AtomicInteger admitted = new AtomicInteger();
        CountDownLatch ready = new CountDownLatch(4);
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(Thread.ofPlatform().start(() -> takeAll(space, ready, admitted)));
        }
        for (Thread one : all) {
            one.join();
        }
        // Each of the others may have been admitted and not have written when one looked.
        assertThat(admitted.get()).isBetween(900, 903);
    }

    private void takeAll(PoolSpace space, CountDownLatch ready, AtomicInteger admitted) {
        ready.countDown();
        try {
            ready.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        for (int i = 0; i < 500; i++) {
            if (space.admits(MIB)) {
                folder.usable.addAndGet(-MIB);
                admitted.incrementAndGet();
            }
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new SpaceSettings(-2, 0, 80))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SpaceSettings(0, -3, 80))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SpaceSettings(0, 0, 101))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
