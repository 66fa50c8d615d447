package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.LyingFolder;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.io.SimulatedDisk.Act;
import io.stemma.engine.io.SimulatedDisk.Operation;
import io.stemma.engine.journal.JournalThreads;
import io.stemma.engine.runtime.TimeSource;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** What stands between a command and its answer, as the disk saw it. */
class SyncOrderTest {
    private static final String ANSWER = "answer";

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final SteppedThreads threads = new SteppedThreads();
    private final Memory memory = new Memory(8192);

    /** A request that marks its answer in the record of the disk. */
    private final class Marked extends BlockRequest {
        boolean done;
        @Nullable DeviceFault fault;

        @Override
        protected void completed(@Nullable DeviceFault how) {
            disk.mark(ANSWER);
            fault = how;
            done = true;
        }
    }

    private Volume volume(boolean syncs, boolean writeCache) throws DeviceException {
        FileBackend backend =
                FileBackend.open(
                        new LyingFolder(disk.folder(), true, syncs),
                        threads,
                        JournalThreads.INLINE,
                        TimeSource.SYSTEM);
        Volume volume =
                backend.create(
                        new VolumeSpecification("v", new Geometry(64, 512, 4096), writeCache));
        Marked first = flush();
        volume.submit(first);
        threads.runUntil(() -> first.done);
        return volume;
    }

    /** What the disk did from the command to its answer; "act file" each, without numbers. */
    private List<String> between(Volume volume, Marked request) {
        return between(volume, request, Volume::submit);
    }

    private List<String> between(
            Volume volume, Marked request, BiConsumer<Volume, BlockRequest> submits) {
        disk.record(true);
        submits.accept(volume, request);
        threads.runUntil(() -> request.done);
        assertThat(request.fault).isNull();
        List<String> acts = new ArrayList<>();
        for (Operation operation : disk.recorded()) {
            if (operation.act() == Act.MARK) {
                return acts;
            }
            acts.add(operation.act() + " " + operation.name().replaceAll("\\..*", ""));
        }
        throw new AssertionError("there is no answer");
    }

    private Marked write(boolean forceUnitAccess) {
        Marked request = new Marked();
        request.write(0, 8, memory.address(), forceUnitAccess);
        return request;
    }

    private Marked flush() {
        Marked request = new Marked();
        request.flush();
        return request;
    }

    private void flushSyncsLayerThenJournal(boolean syncs) throws DeviceException {
        Volume volume = volume(syncs, true);
        assertThat(between(volume, write(false))).containsExactly("WRITE layer", "WRITE journal");
        assertThat(between(volume, flush()))
                .containsExactly("DATA_SYNC layer", "WRITE journal", "DATA_SYNC journal");
        assertThat(between(volume, write(false))).containsExactly("WRITE layer");
        assertThat(between(volume, flush())).containsExactly("DATA_SYNC layer");
    }

    private void forcedWritesAreDurable(boolean syncs) throws DeviceException {
        Volume volume = volume(syncs, true);
        assertThat(between(volume, write(true)))
                .containsExactly(
                        "WRITE layer", "WRITE_DURABLE layer", "WRITE journal", "DATA_SYNC journal");
        assertThat(between(volume, write(true)))
                .containsExactly("WRITE layer", "WRITE_DURABLE layer");
    }

    private void writesWithoutCacheAreDurable(boolean syncs) throws DeviceException {
        Volume volume = volume(syncs, false);
        assertThat(between(volume, write(false)))
                .containsExactly(
                        "WRITE layer", "WRITE_DURABLE layer", "WRITE journal", "DATA_SYNC journal");
    }

    @Test
    void synchronizeCacheSyncsTheLayerThenTheJournalBeforeItsAnswer() throws DeviceException {
        flushSyncsLayerThenJournal(true);
    }

    @Test
    void aForcedWriteIsDurableBeforeItsAnswerAndSoIsItsRecord() throws DeviceException {
        forcedWritesAreDurable(true);
    }

    @Test
    void aWriteWithoutCacheIsDurableBeforeItsAnswer() throws DeviceException {
        writesWithoutCacheAreDurable(true);
    }

    @Test
    void anAtomicWriteIsDurableInTheJournalBeforeItGoesInPlaceAndClosedBehindIt()
            throws DeviceException {
        Volume volume = volume(true, true);
        Marked request = new Marked();
        request.writeAtomic(0, 16, memory.address(), false);
        assertThat(between(volume, request, this::submitHolding))
                .containsExactly(
                        "WRITE journal",
                        "DATA_SYNC journal",
                        "WRITE layer",
                        "WRITE_DURABLE layer",
                        "WRITE journal",
                        "DATA_SYNC journal");
    }

    private void submitHolding(Volume volume, BlockRequest request) {
        volume.lockExclusive(
                new RangeLock(new BlockRange(0, 16)) {
                    @Override
                    protected void granted() {
                        volume.submitHolding(this, request);
                    }
                });
    }

    @Test
    void aBuildWithoutSyncsFailsTheseVeryAssertions() {
        assertThatThrownBy(() -> flushSyncsLayerThenJournal(false))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void aBuildWithoutDurableWritesFailsThemToo() {
        assertThatThrownBy(() -> forcedWritesAreDurable(false)).isInstanceOf(AssertionError.class);
    }

    @Test
    void aBuildWhoseWriteThroughIsCachedFailsThemToo() {
        assertThatThrownBy(() -> writesWithoutCacheAreDurable(false))
                .isInstanceOf(AssertionError.class);
    }
}
