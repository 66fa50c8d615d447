package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;

class ReadWriteTest {
    private final Host host = new Host();

    private static byte[] pattern(int bytes, int seed) {
        byte[] data = new byte[bytes];
        new Random(seed).nextBytes(data);
        return data;
    }

    @ParameterizedTest
    @CsvSource({
        "0a 000005 02 00, 08 000005 02 00",
        "2a 00 00000005 00 0002 00, 28 00 00000005 00 0002 00",
        "aa 00 00000005 00000002 00 00, a8 00 00000005 00000002 00 00",
        "8a 00 0000000000000005 00000002 00 00, 88 00 0000000000000005 00000002 00 00"
    })
    void whatEachWriteWroteEachReadReads(String write, String read) {
        byte[] data = pattern(1024, 1);
        assertThat(host.dataOut(write)).isEqualTo(1024);
        assertThat(host.send(write, data)).isEqualTo("GOOD");
        assertThat(host.task.dataOutUsed()).isEqualTo(1024);
        assertThat(host.send(read)).isEqualTo("GOOD");
        assertThat(host.task.data()).isEqualTo(data);
        assertThat(host.volume.log).containsExactly("WRITE 5 2", "TRY_READ 5 2");
    }

    @Test
    void aReadThatIsNotCachedIsSubmitted() {
        host.volume.cached = false;
        host.volume.holding = true;
        assertThat(host.send("28 00 00000005 00 0002 00")).isEqualTo("unfinished");
        host.volume.release();
        assertThat(host.task.outcome()).isEqualTo("GOOD");
        assertThat(host.task.data()).hasSize(1024);
        assertThat(host.volume.log).containsExactly("READ 5 2");
    }

    @Test
    void zeroInTheShortCommandsMeans256Blocks() {
        assertThat(host.dataOut("0a 000000 00 00")).isEqualTo(256 * 512);
        assertThat(host.send("08 000000 00 00")).isEqualTo("GOOD");
        assertThat(host.task.data()).hasSize(256 * 512);
    }

    @ParameterizedTest
    @CsvSource({
        "28 00 00000000 00 0000 00, GOOD",
        "28 00 00002000 00 0000 00, GOOD",
        "28 00 00002001 00 0000 00, 5/2100 I8193",
        "28 00 00002000 00 0001 00, 5/2100 I8192",
        "28 00 ffffffff 00 0001 00, 5/2100 I4294967295",
        "08 002000 01 00, 5/2100 I8192",
        "a8 00 00001fff 00000002 00 00, 5/2100 I8192",
        "88 00 8000000000000000 00000001 00 00, 5/2100",
        "88 00 ffffffffffffffff 00000000 00 00, 5/2100",
        "8a 00 ffffffffffffffff ffffffff 00 00, 5/2100",
        "2a 00 00002001 00 0000 00, 5/2100 I8193",
        "2a 00 00000000 00 0000 00, GOOD",
        "28 20 00000000 00 0001 00, 5/2400 C1.7",
        "28 e0 00000000 00 0001 00, 5/2400 C1.7",
        "2a 40 00000000 00 0001 00, 5/2400 C1.7",
        "a8 20 00000000 00000001 00 00, 5/2400 C1.7",
        "8a 80 0000000000000000 00000001 00 00, 5/2400 C1.7",
        "28 10 00000000 00 0001 00, GOOD",
        "28 00 00000000 00 0001 04, 5/2400 C9.2",
        "08 000000 01 04, 5/2400 C5.2"
    })
    void boundsAndFieldsAreJudged(String cdb, String outcome) {
        assertThat(host.send(cdb)).isEqualTo(outcome);
    }

    @Test
    void moreThanTheMaximumTransferLengthIsRefusedAndNotGathered() {
        Host large = new Host(new MemoryVolume(65_536, 512), false);
        String write = "8a 00 0000000000000000 00008001 00 00";
        assertThat(large.dataOut(write)).isZero();
        assertThat(large.send(write)).isEqualTo("5/2400 C10");
        assertThat(large.dataOut("8a 00 0000000000000000 00008000 00 00")).isEqualTo(16 << 20);
        assertThat(large.send("a8 00 00000000 00008000 00 00")).isEqualTo("GOOD");
        assertThat(large.send("a8 00 00000000 00008001 00 00")).isEqualTo("5/2400 C6");
    }

    @Test
    void aReadMakesOnlyTheBlocksThatTheInitiatorExpectsButCountsAll() {
        host.task.expectedIn = 200;
        assertThat(host.send("28 00 00000000 00 0002 00")).isEqualTo("GOOD");
        assertThat(host.task.dataInLength()).isEqualTo(1024);
        assertThat(host.task.data()).hasSize(200);
        assertThat(host.volume.log).containsExactly("TRY_READ 0 1");
        host.task.expectedIn = 0;
        assertThat(host.send("28 00 00000000 00 0002 00")).isEqualTo("GOOD");
        assertThat(host.task.dataInLength()).isEqualTo(1024);
        assertThat(host.volume.log).hasSize(1);
    }

    @Test
    void aWriteWithLessDataWritesTheWholeBlocksOfIt() {
        assertThat(host.send("2a 00 00000000 00 0003 00", pattern(1200, 2))).isEqualTo("GOOD");
        assertThat(host.task.dataOutUsed()).isEqualTo(1536);
        assertThat(host.send("2a 00 00000000 00 0001 00", pattern(200, 2))).isEqualTo("GOOD");
        assertThat(host.send("2a 00 00000000 00 0001 00", pattern(10_000, 2))).isEqualTo("GOOD");
        assertThat(host.task.dataOutUsed()).isEqualTo(512);
        assertThat(host.volume.log).containsExactly("WRITE 0 2", "WRITE 0 1");
    }

    @Test
    void aWriteWhoseAnnouncedDataWasNotGatheredWritesNothing() {
        host.task.begin(host.nexus, Host.bytes("2a 00 00000000 00 0001 00"), new byte[0]);
        host.task.expectedOut = 512;
        host.device.execute(0, host.task);
        assertThat(host.task.outcome()).isEqualTo("b/4b00");
        assertThat(host.volume.log).isEmpty();
    }

    @Test
    void forcedUnitAccessReachesTheVolumeAndFlushesBeforeARead() {
        assertThat(host.send("2a 08 00000001 00 0001 00", pattern(512, 3))).isEqualTo("GOOD");
        assertThat(host.send("28 08 00000001 00 0001 00")).isEqualTo("GOOD");
        assertThat(host.task.data()).isEqualTo(pattern(512, 3));
        assertThat(host.volume.log).containsExactly("WRITE 1 1 FUA", "FLUSH 0 0", "READ 1 1");
    }

    @ParameterizedTest
    @CsvSource({
        "SPACE_EXHAUSTED, 7/2707, 7/2707",
        "MEDIUM, 3/1100 I4660, 3/0c00 I4660",
        "TRANSIENT, BUSY, BUSY",
        "WRITE_PROTECTED, 7/2700, 7/2700",
        "FENCED, 2/040c, 2/040c",
        "GONE, 5/2500, 5/2500",
        "OFFLINE, 2/0403, 2/0403",
        "ABORTED, b/0000, b/0000",
        "OUT_OF_RANGE, 5/2100, 5/2100"
    })
    void eachFaultOfTheVolumeIsToldInItsOwnWay(Kind kind, String read, String write) {
        DeviceFault fault = new DeviceFault(kind, "test", "memory", 0x1234, 0, null);
        host.volume.nextFault = fault;
        assertThat(host.send("28 00 00000000 00 0001 00")).isEqualTo(read);
        assertThat(host.task.dataInLength()).isZero();
        host.volume.nextFault = fault;
        assertThat(host.send("2a 00 00000000 00 0001 00", new byte[512])).isEqualTo(write);
    }

    @Test
    void aReadOnlyUnitRefusesEveryChangeAndServesReads() {
        Host readOnly = new Host(new MemoryVolume(8192, 512), true);
        for (String cdb :
                new String[] {
                    "0a 000000 01 00",
                    "2a 00 00000000 00 0001 00",
                    "2e 00 00000000 00 0001 00",
                    "41 00 00000000 00 0001 00",
                    "42 00 00000000 00 0018 00",
                    "8a 00 0000000000000000 00000001 00 00",
                    "8e 00 0000000000000000 00000001 00 00",
                    "93 00 0000000000000000 00000001 00 00",
                    "aa 00 00000000 00000001 00 00",
                    "ae 00 00000000 00000001 00 00"
                }) {
            assertThat(readOnly.send(cdb, new byte[512])).as(cdb).isEqualTo("7/2700");
        }
        assertThat(readOnly.send("28 00 00000000 00 0001 00")).isEqualTo("GOOD");
        assertThat(readOnly.data("1a 08 08 00 04 00")).isEqualTo("17009000");
        assertThat(readOnly.volume.log).containsExactly("TRY_READ 0 1");
    }

    @Test
    void anAbortedTaskFinishesOnceAndWithoutData() {
        host.volume.cached = false;
        host.volume.holding = true;
        host.send("28 00 00000005 00 0002 00");
        host.task.abort();
        host.volume.release();
        assertThat(host.task.finished).isEqualTo(1);
        assertThat(host.task.dataInLength()).isZero();
        assertThat(host.volume.log).isEmpty();
    }

    @Test
    void synchronizeCacheFlushesAndNeedNotWait() {
        assertThat(host.send("35 00 00000000 00 0000 00")).isEqualTo("GOOD");
        assertThat(host.send("91 00 0000000000000000 00002000 00 00")).isEqualTo("GOOD");
        assertThat(host.volume.log).containsExactly("FLUSH 0 0", "FLUSH 0 0");
        assertThat(host.send("35 00 00002001 00 0000 00")).isEqualTo("5/2100 I8193");
        assertThat(host.send("35 00 00001fff 00 0002 00")).isEqualTo("5/2100 I8192");
        host.volume.log.clear();
        host.volume.holding = true;
        for (int i = 0; i < 5; i++) {
            assertThat(host.send("35 02 00000000 00 0000 00")).isEqualTo("GOOD");
        }
        host.volume.release();
        assertThat(host.volume.log).containsExactly("FLUSH 0 0", "FLUSH 0 0");
    }

    @Test
    void plainReadsAndWritesMakeNoGarbage() {
        host.volume.dry = true;
        TestTask read = new TestTask();
        TestTask write = new TestTask();
        read.begin(host.nexus, Host.bytes("28 00 00000005 00 0008 00"), new byte[0]);
        write.begin(host.nexus, Host.bytes("2a 00 00000005 00 0008 00"), new byte[4096]);
        repeat(read, write, 50_000);
        var threads =
                (com.sun.management.ThreadMXBean)
                        java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        repeat(read, write, 50_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as("bytes for 100,000 commands").isLessThan(100_000);
    }

    private void repeat(TestTask read, TestTask write, int times) {
        for (int i = 0; i < times; i++) {
            write.status(Sense.BUSY);
            host.device.execute(0, write);
            host.volume.cached = (i & 1) == 0;
            read.again();
            host.device.execute(0, read);
        }
        assertThat(read.status() | write.status()).isEqualTo(Sense.GOOD);
    }
}
