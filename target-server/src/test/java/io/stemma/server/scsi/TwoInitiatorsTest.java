package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.FileBackend;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeSpecification;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Two initiators at one volume of the file backend, each on a thread of its own. */
class TwoInitiatorsTest {
    private static final int INCREMENTS = 150;
    private static final int BLOCK = 512;

    @TempDir private Path folder;

    private final Host host = new Host();
    private final TargetDevice device = new TargetDevice(Host.TARGET, 1);
    private FileBackend backend;

    @BeforeEach
    void serve() throws Exception {
        backend = FileBackend.open(folder);
        Volume volume =
                backend.create(new VolumeSpecification("v", new Geometry(64, BLOCK, 4096), true));
        device.map(
                0,
                new LogicalUnit(
                        volume,
                        new UnitServices(
                                (of, enabled, done) -> done.accept(null),
                                host.store,
                                Runnable::run,
                                host.units,
                                new CopySlots(),
                                backend::space)),
                false);
    }

    @AfterEach
    void close() throws Exception {
        backend.close();
    }

    /** An initiator that waits for each of its commands. */
    private static final class Initiator extends ScsiTask {
        private final TargetDevice device;
        private final TestNexus nexus;
        private final MemorySegment in = Arena.ofAuto().allocate(1 << 16, 8);
        private final MemorySegment out = Arena.ofAuto().allocate(1 << 16, 8);
        private final Semaphore ended = new Semaphore(0);

        Initiator(TargetDevice device, String name) {
            this.device = device;
            nexus = new TestNexus(name);
            device.attach(nexus);
        }

        int send(String command, byte[] dataOut) throws InterruptedException {
            begin(nexus, TaskAttribute.SIMPLE);
            byte[] given = Host.bytes(command);
            System.arraycopy(given, 0, cdb(), 0, given.length);
            MemorySegment.copy(dataOut, 0, out, ValueLayout.JAVA_BYTE, 0, dataOut.length);
            dataOut(out.address(), dataOut.length);
            device.execute(0, this);
            assertThat(ended.tryAcquire(60, TimeUnit.SECONDS)).as(command).isTrue();
            return status();
        }

        /** The counter, which every block holds everywhere. */
        int read(int blocks) throws InterruptedException {
            int status = send(String.format("28 00 00000007 00 %04x 00", blocks), new byte[0]);
            assertThat(status).isEqualTo(Sense.GOOD);
            ByteBuffer data = ByteBuffer.wrap(in.toArray(ValueLayout.JAVA_BYTE));
            int first = data.getInt(0);
            for (int at = 0; at < blocks * BLOCK; at += Integer.BYTES) {
                assertThat(data.getInt(at)).as("byte %d", at).isEqualTo(first);
            }
            return first;
        }

        @Override
        public int expectedDataInLength() {
            return Integer.MAX_VALUE;
        }

        @Override
        public long dataInNow(int lengthBytes) {
            return in.address();
        }

        @Override
        public long dataInLater(int lengthBytes) {
            return in.address();
        }

        @Override
        protected void broken(RuntimeException ours) {
            throw ours;
        }

        @Override
        public void finish() {
            ended.release();
        }
    }

    private static byte[] counting(int blocks, int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * blocks * BLOCK);
        for (int value : values) {
            for (int i = 0; i < blocks * BLOCK / Integer.BYTES; i++) {
                bytes.putInt(value);
            }
        }
        return bytes.array();
    }

    private Void increment(Initiator by, int blocks) throws InterruptedException {
        String compare = String.format("89 00 0000000000000007 000000 %02x 00 00", blocks);
        for (int done = 0; done < INCREMENTS; ) {
            int now = by.read(blocks);
            int status = by.send(compare, counting(blocks, now, now + 1));
            if (status == Sense.GOOD) {
                done++;
            } else {
                assertThat(by.sense()[2]).isEqualTo((byte) SenseKey.MISCOMPARE.code());
            }
        }
        return null;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20})
    void noIncrementByCompareAndWriteIsLostAndNoReadSeesAMix(int blocks) throws Exception {
        Initiator first = new Initiator(device, "iqn.2026-11.example:a,i,0x000000000001");
        Initiator second = new Initiator(device, "iqn.2026-11.example:b,i,0x000000000002");
        Initiator third = new Initiator(device, "iqn.2026-11.example:c,i,0x000000000003");
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<Void>> both = new ArrayList<>();
            both.add(threads.submit(() -> increment(first, blocks)));
            both.add(threads.submit(() -> increment(second, blocks)));
            int last = 0;
            while (!both.stream().allMatch(Future::isDone)) {
                int now = third.read(blocks);
                assertThat(now).isGreaterThanOrEqualTo(last);
                last = now;
            }
            for (Future<Void> each : both) {
                each.get();
            }
        }
        assertThat(third.read(blocks)).isEqualTo(2 * INCREMENTS);
    }
}
