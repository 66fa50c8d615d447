package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Memory;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What every backend promises. A backend's test inherits this and says how it is opened. */
public abstract class VolumeBackendContract {
    private static final long MIB = 1 << 20;

    protected VolumeBackend backend;

    /** Opens the one store of this test, new or as it was closed. */
    protected abstract VolumeBackend open() throws Exception;

    /** Waits until the request has ended. */
    protected abstract void finish(TestRequest request);

    @BeforeEach
    void openBackend() throws Exception {
        backend = open();
    }

    @AfterEach
    void closeBackend() throws Exception {
        backend.close();
    }

    protected void reopen() throws Exception {
        backend.close();
        backend = open();
    }

    protected Volume create(String name, long bytes, int blockBytes) throws DeviceException {
        return backend.create(
                new VolumeSpecification(
                        name, new Geometry(bytes / blockBytes, blockBytes, 4096), true));
    }

    protected Volume named(String name) {
        return backend.volume(name).orElseThrow();
    }

    protected @Nullable DeviceFault run(Volume volume, BlockRequest prepared) {
        TestRequest request = (TestRequest) prepared;
        request.on(volume);
        finish(request);
        return request.fault();
    }

    protected void write(Volume volume, long block, byte[] bytes) {
        Memory memory = Memory.of(bytes);
        long count = bytes.length / volume.geometry().logicalBlockBytes();
        assertThat(run(volume, new TestRequest().write(block, count, memory.address(), false)))
                .isNull();
    }

    protected byte[] read(Volume volume, long block, int bytes) {
        Memory memory = new Memory(bytes);
        long count = bytes / volume.geometry().logicalBlockBytes();
        assertThat(run(volume, new TestRequest().read(block, count, memory.address()))).isNull();
        byte[] slow = memory.get(bytes);
        Memory fast = new Memory(bytes);
        if (volume.tryRead(block, (int) count, fast.address())) {
            assertThat(fast.get(bytes)).isEqualTo(slow);
        }
        return slow;
    }

    protected static byte[] filled(int bytes, int value) {
        byte[] all = new byte[bytes];
        Arrays.fill(all, (byte) value);
        return all;
    }

    protected static DeviceFault.Kind kind(@Nullable DeviceFault fault) {
        assertThat(fault).isNotNull();
        return java.util.Objects.requireNonNull(fault).kind();
    }

    @Test
    void aNewVolumeReadsZero() throws Exception {
        Volume volume = create("a", MIB, 512);
        assertThat(read(volume, 0, (int) MIB)).containsOnly(0);
        assertThat(volume.extentAt(0, 2048)).isEqualTo(new Volume.Extent(0, 2048, false));
    }

    @Test
    void whatIsWrittenIsReadAndItsNeighboursAreNot() throws Exception {
        Volume volume = create("a", MIB, 512);
        write(volume, 3, filled(512 * 7, 0x5a));
        byte[] all = read(volume, 0, 512 * 20);
        for (int i = 0; i < all.length; i++) {
            assertThat(all[i]).isEqualTo((byte) (i >= 1536 && i < 5120 ? 0x5a : 0));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,512", "2,512", "3,512", "4,4096", "5,4096", "6,512"})
    void agreesWithAnArrayOfBytes(long seed, int blockBytes) throws Exception {
        Random random = new Random(seed);
        int blocks = 64 * 4096 / blockBytes - random.nextInt(blockBytes == 512 ? 8 : 1);
        Volume volume = create("model", (long) blocks * blockBytes, blockBytes);
        byte[] model = new byte[blocks * blockBytes];
        for (int step = 0; step < 600; step++) {
            int first = random.nextInt(blocks);
            int count = 1 + random.nextInt(Math.min(blocks - first, 40));
            change(random, volume, model, first, count, blockBytes);
            if (step % 150 == 149) {
                reopen();
                volume = named("model");
            }
            if (random.nextInt(4) == 0) {
                assertThat(read(volume, 0, model.length)).as("seed %d", seed).isEqualTo(model);
            }
        }
        assertThat(read(volume, 0, model.length)).as("seed %d", seed).isEqualTo(model);
    }

    private void change(
            Random random, Volume volume, byte[] model, int first, int count, int blockBytes) {
        TestRequest request = new TestRequest();
        int from = first * blockBytes;
        int to = from + count * blockBytes;
        switch (random.nextInt(8)) {
            case 0 -> {
                assertThat(run(volume, request.unmap(first, count))).isNull();
                Arrays.fill(model, from, to, (byte) 0);
            }
            case 1 -> {
                boolean durable = random.nextBoolean();
                assertThat(run(volume, request.writeZeroes(first, count, durable))).isNull();
                Arrays.fill(model, from, to, (byte) 0);
            }
            case 2 -> assertThat(run(volume, request.flush())).isNull();
            default -> {
                byte[] bytes = new byte[to - from];
                random.nextBytes(bytes);
                Memory memory = Memory.of(bytes);
                boolean durable = random.nextInt(4) == 0;
                assertThat(run(volume, request.write(first, count, memory.address(), durable)))
                        .isNull();
                System.arraycopy(bytes, 0, model, from, bytes.length);
            }
        }
    }

    @Test
    void closingAndOpeningKeepsEverything() throws Exception {
        Volume volume = create("kept", MIB, 4096);
        VolumeDescription before = volume.description();
        write(volume, 7, filled(8192, 7));
        backend.registry().put("target/x", new byte[] {1, 2});
        reopen();
        assertThat(named("kept").description()).isEqualTo(before);
        assertThat(read(named("kept"), 7, 8192)).containsOnly(7);
        assertThat(backend.registry().get("target/x")).contains(new byte[] {1, 2});
    }

    @Test
    void unmappedBlocksReadZeroAndAreNotMapped() throws Exception {
        Volume volume = create("a", MIB, 512);
        write(volume, 0, filled((int) MIB, 9));
        assertThat(volume.extentAt(5, 100).mapped()).isTrue();
        assertThat(run(volume, new TestRequest().unmap(4, 24))).isNull();
        byte[] all = read(volume, 0, 512 * 64);
        for (int i = 0; i < all.length; i++) {
            assertThat(all[i]).isEqualTo((byte) (i / 512 >= 4 && i / 512 < 28 ? 0 : 9));
        }
        assertThat(volume.extentAt(8, 2040)).isEqualTo(new Volume.Extent(8, 16, false));
        assertThat(volume.extentAt(24, 10).mapped()).isTrue();
    }

    @Test
    void blocksBeyondTheEndAreOutOfRange() throws Exception {
        Volume volume = create("a", MIB, 4096);
        Memory memory = new Memory(8192);
        assertThat(kind(run(volume, new TestRequest().read(255, 2, memory.address()))))
                .isEqualTo(DeviceFault.Kind.OUT_OF_RANGE);
        assertThat(kind(run(volume, new TestRequest().write(256, 1, memory.address(), false))))
                .isEqualTo(DeviceFault.Kind.OUT_OF_RANGE);
        assertThat(kind(run(volume, new TestRequest().unmap(Long.MAX_VALUE, 1))))
                .isEqualTo(DeviceFault.Kind.OUT_OF_RANGE);
        assertThat(volume.tryRead(255, 2, memory.address())).isFalse();
    }

    @Test
    void aRequestCancelledBeforeItIsIssuedIsAborted() throws Exception {
        Volume volume = create("a", MIB, 4096);
        TestRequest request = new TestRequest();
        request.write(0, 1, Memory.of(filled(4096, 1)).address(), false);
        request.cancel();
        assertThat(kind(run(volume, request))).isEqualTo(DeviceFault.Kind.ABORTED);
        assertThat(read(volume, 0, 4096)).containsOnly(0);
    }

    @Test
    void aRequestCanBeUsedAgain() throws Exception {
        Volume first = create("a", MIB, 4096);
        Volume second = create("b", MIB, 512);
        Memory memory = Memory.of(filled(4096, 4));
        TestRequest request = new TestRequest();
        assertThat(run(first, request.write(1, 1, memory.address(), false))).isNull();
        assertThat(run(second, request.write(8, 8, memory.address(), true))).isNull();
        assertThat(run(first, request.flush())).isNull();
        assertThat(read(second, 8, 4096)).isEqualTo(read(first, 1, 4096));
    }

    @Test
    void namesAreJudgedInWordsThatHelp() throws Exception {
        create("taken", MIB, 512);
        for (String name : List.of("", "a b", ".x", "-x", "ü", "x".repeat(65), "a/b")) {
            assertThatThrownBy(() -> create(name, MIB, 512))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("write");
        }
        assertThatThrownBy(() -> create("taken", MIB, 512))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("taken");
    }

    @Test
    void aRenamedVolumeIsFoundUnderItsNewNameOnly() throws Exception {
        Volume volume = create("old", MIB, 512);
        create("other", MIB, 512);
        assertThatThrownBy(() -> backend.rename(volume, "other"))
                .isInstanceOf(IllegalArgumentException.class);
        backend.rename(volume, "new");
        reopen();
        assertThat(backend.volume("old")).isEmpty();
        assertThat(backend.volumes())
                .extracting(one -> one.description().name())
                .containsExactly("new", "other");
    }

    @Test
    void aDeletedVolumeIsGone() throws Exception {
        Volume volume = create("a", MIB, 512);
        List<String> heard = new ArrayList<>();
        volume.addListener(
                new VolumeListener() {
                    @Override
                    public void deleted() {
                        heard.add("deleted");
                    }
                });
        backend.delete(volume);
        assertThat(heard).containsExactly("deleted");
        assertThat(backend.volumes()).isEmpty();
        assertThat(kind(run(volume, new TestRequest().flush()))).isEqualTo(DeviceFault.Kind.GONE);
        assertThatThrownBy(() -> backend.delete(volume)).isInstanceOf(DeviceException.class);
        create("a", MIB, 512);
        reopen();
        assertThat(read(named("a"), 0, 512)).containsOnly(0);
    }

    @Test
    void aSwitchedWriteCacheIsToldOnce() throws Exception {
        Volume volume = create("a", MIB, 512);
        List<Boolean> heard = new ArrayList<>();
        volume.addListener(
                new VolumeListener() {
                    @Override
                    public void writeCacheChanged(boolean enabled) {
                        assertThat(volume.description().writeCache()).isEqualTo(enabled);
                        heard.add(enabled);
                    }
                });
        backend.writeCache(volume, false);
        backend.writeCache(volume, false);
        backend.writeCache(volume, true);
        assertThat(heard).containsExactly(false, true);
    }

    @Test
    void aGrownVolumeReadsZeroWhereItIsNew() throws Exception {
        Volume volume = create("a", 4096 * 5 + 512, 512);
        write(volume, 40, filled(512, 3));
        List<Geometry> heard = new ArrayList<>();
        volume.addListener(
                new VolumeListener() {
                    @Override
                    public void resized(Geometry geometry) {
                        heard.add(geometry);
                    }
                });
        backend.resize(volume, 4096, false);
        assertThat(heard).containsExactly(volume.geometry());
        assertThat(read(volume, 41, 4055 * 512)).containsOnly(0);
        write(volume, 4095, filled(512, 8));
        reopen();
        assertThat(read(named("a"), 40, 512)).containsOnly(3);
        assertThat(read(named("a"), 4095, 512)).containsOnly(8);
    }

    @Test
    void aShrinkNeedsPermissionAndForgetsWhatItCutsOff() throws Exception {
        Volume volume = create("a", MIB, 512);
        write(volume, 0, filled((int) MIB, 6));
        assertThatThrownBy(() -> backend.resize(volume, 1001, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allow");
        if (!backend.capabilities().shrink()) {
            return;
        }
        backend.resize(volume, 1001, true);
        assertThat(kind(run(volume, new TestRequest().unmap(1001, 1))))
                .isEqualTo(DeviceFault.Kind.OUT_OF_RANGE);
        backend.resize(volume, 2048, false);
        assertThat(read(volume, 0, 1001 * 512)).containsOnly(6);
        assertThat(read(volume, 1001, 1047 * 512)).containsOnly(0);
    }

    @Test
    void withoutWriteCacheEverythingGoesOn() throws Exception {
        Volume volume = create("a", MIB, 512);
        write(volume, 1, filled(512, 1));
        backend.writeCache(volume, false);
        write(volume, 2, filled(1024, 2));
        write(volume, 100, filled(8192, 3));
        assertThat(run(volume, new TestRequest().unmap(104, 4))).isNull();
        reopen();
        Volume again = named("a");
        assertThat(again.description().writeCache()).isFalse();
        assertThat(read(again, 1, 512)).containsOnly(1);
        assertThat(read(again, 2, 1024)).containsOnly(2);
        assertThat(read(again, 104, 2048)).containsOnly(0);
        assertThat(read(again, 108, 4096)).containsOnly(3);
        backend.writeCache(again, true);
        assertThat(again.description().writeCache()).isTrue();
    }

    @Test
    void eightTebibytesCostOnlyWhatIsWritten() throws Exception {
        long bytes = 8L << 40;
        Volume volume = create("huge", bytes, 4096);
        long last = bytes / 4096 - 1;
        write(volume, last, filled(4096, 1));
        write(volume, last / 2, filled(4096, 2));
        assertThat(read(volume, last, 4096)).containsOnly(1);
        assertThat(run(volume, new TestRequest().unmap(0, last))).isNull();
        assertThat(read(volume, last / 2, 4096)).containsOnly(0);
        assertThat(read(volume, last, 4096)).containsOnly(1);
        assertThat(volume.extentAt(0, last + 1)).isEqualTo(new Volume.Extent(0, last, false));
    }

    @Test
    void anExclusiveHolderIsAloneOnItsBlocks() throws Exception {
        Volume volume = create("a", MIB, 4096);
        List<RangeLock> granted = new ArrayList<>();
        RangeLock lock =
                new RangeLock(new BlockRange(10, 10)) {
                    @Override
                    protected void granted() {
                        synchronized (granted) {
                            granted.add(this);
                        }
                    }
                };
        volume.lockExclusive(lock);
        assertThat(granted).containsExactly(lock);
        TestRequest plain = new TestRequest();
        plain.write(15, 1, Memory.of(filled(4096, 1)).address(), false);
        plain.on(volume);
        write(volume, 30, filled(4096, 3));
        assertThat(plain.done()).isFalse();
        assertThat(volume.tryRead(15, 1, new Memory(4096).address())).isFalse();
        TestRequest own = new TestRequest();
        own.write(15, 2, Memory.of(filled(8192, 2)).address(), false);
        own.on(volume, lock);
        finish(own);
        assertThat(own.fault()).isNull();
        TestRequest outside = new TestRequest();
        outside.unmap(9, 2);
        outside.on(volume, lock);
        finish(outside);
        assertThat(kind(outside.fault())).isEqualTo(DeviceFault.Kind.OUT_OF_RANGE);
        volume.unlock(lock);
        finish(plain);
        assertThat(read(volume, 15, 4096)).containsOnly(1);
        assertThat(read(volume, 16, 4096)).containsOnly(2);
    }

    @Test
    void theTapSeesEveryChangeAndMayHoldIt() throws Exception {
        Volume volume = create("a", MIB, 4096);
        List<String> seen = new ArrayList<>();
        List<Runnable> held = new ArrayList<>();
        volume.tap(
                new WriteTap() {
                    @Override
                    public synchronized boolean before(BlockRequest request, Runnable proceed) {
                        seen.add("before " + request.kind());
                        held.add(proceed);
                        return request.kind() != BlockRequest.Kind.WRITE;
                    }

                    @Override
                    public synchronized void after(
                            BlockRequest request, @Nullable DeviceFault fault) {
                        seen.add("after " + request.kind());
                    }
                });
        TestRequest write = new TestRequest();
        write.write(0, 1, Memory.of(filled(4096, 1)).address(), false);
        write.on(volume);
        assertThat(write.done()).isFalse();
        held.getFirst().run();
        finish(write);
        assertThat(run(volume, new TestRequest().unmap(0, 1))).isNull();
        assertThat(run(volume, new TestRequest().flush())).isNull();
        assertThat(seen)
                .containsExactly("before WRITE", "after WRITE", "before UNMAP", "after UNMAP");
        volume.tap(null);
        write(volume, 1, filled(4096, 1));
        assertThat(seen).hasSize(4);
    }

    @Test
    void theRegistryKeepsEntriesInOrder() throws Exception {
        Registry registry = backend.registry();
        registry.put("b/2", new byte[] {2});
        registry.put("b/1", new byte[] {1});
        registry.put("c", new byte[0]);
        registry.put("b/1", new byte[] {9});
        registry.remove("c");
        registry.remove("not there");
        assertThatThrownBy(() -> registry.put("x", new byte[Limits.REGISTRY_VALUE_BYTES_MAX + 1]))
                .isInstanceOf(DeviceException.class);
        reopen();
        assertThat(backend.registry().list("b/").keySet()).containsExactly("b/1", "b/2");
        assertThat(backend.registry().get("b/1")).contains(new byte[] {9});
        assertThat(backend.registry().get("c")).isEmpty();
    }

    @Test
    void usageFollowsWhatIsStored() throws Exception {
        Volume volume = create("a", 16 * MIB, 4096);
        long before = volume.usage().ownedBytes();
        write(volume, 0, filled((int) (4 * MIB), 1));
        assertThat(run(volume, new TestRequest().flush())).isNull();
        assertThat(volume.usage().ownedBytes()).isGreaterThanOrEqualTo(before + 4 * MIB);
        assertThat(backend.usage().ownedBytes()).isEqualTo(volume.usage().ownedBytes());
    }
}
