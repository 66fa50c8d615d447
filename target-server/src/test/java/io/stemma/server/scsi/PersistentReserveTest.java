package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.HexFormat;

/** PERSISTENT RESERVE IN and OUT, RESERVE and RELEASE, as two and more initiators meet them. */
class PersistentReserveTest {
    private static final String READ = "28 00 00000000 00 0001 00";
    private static final String WRITE = "2a 00 00000000 00 0001 00";
    private static final String READY = "00 00 00 00 00 00";

    private final Host host = new Host();
    private final TestNexus a = host.nexus;
    private final TestNexus b = new TestNexus("iqn.2026-11.example:other,i,0x000000000002");
    private final TargetDevice second = new TargetDevice(Host.TARGET + "2", 7);
    private final TestNexus b2 = new TestNexus(b.initiatorPort(), second);

    @BeforeEach
    void attach() {
        second.map(3, host.unit, false);
        host.device.attach(b);
        second.attach(b2);
    }

    private String send(TestNexus from, String cdb, byte[] out) {
        return from == b2
                ? host.send(from, 3, cdb, out, second)
                : host.send(from, 0, cdb, out, host.device);
    }

    private String send(TestNexus from, String cdb) {
        return send(from, cdb, new byte[0]);
    }

    private String out(TestNexus from, int action, int type, long key, long service, int flags) {
        byte[] list = new byte[24];
        BigEndian.put64(list, 0, key);
        BigEndian.put64(list, 8, service);
        list[20] = (byte) flags;
        return outList(from, action, type, list);
    }

    private String outList(TestNexus from, int action, int type, byte[] list) {
        String cdb = String.format("5f %02x %02x 00 00 %08x 00", action, type, list.length);
        return send(from, cdb, list);
    }

    private String in(TestNexus from, int action, int length) {
        String cdb = String.format("5e %02x 00 00 00 00 00 %04x 00", action, length);
        assertThat(send(from, cdb)).isEqualTo("GOOD");
        return host.task.hex();
    }

    private String register(TestNexus nexus, long key) {
        return out(nexus, 0, 0, 0, key, 0);
    }

    private String write(TestNexus from) {
        return send(from, WRITE, new byte[512]);
    }

    @Test
    void keysAndReservationAreReadBack() {
        assertThat(in(a, 0, 256)).isEqualTo("0000000000000000");
        assertThat(in(a, 1, 256)).isEqualTo("0000000000000000");
        assertThat(register(a, 0xaaL)).isEqualTo("GOOD");
        assertThat(register(b, 0xbbL)).isEqualTo("GOOD");
        assertThat(in(b, 0, 256))
                .isEqualTo("00000002" + "00000010" + "00000000000000aa" + "00000000000000bb");
        assertThat(in(b, 0, 20)).isEqualTo("00000002" + "00000010" + "00000000000000aa00000000");
        assertThat(in(b, 0, 3)).isEqualTo("000000");
        assertThat(out(b, 1, 5, 0xbb, 0, 0)).isEqualTo("GOOD");
        assertThat(in(a, 1, 256))
                .isEqualTo("00000002" + "00000010" + "00000000000000bb" + "00000000" + "00050000");
        assertThat(in(a, 1, 10)).isEqualTo("00000002000000100000");
        assertThat(out(b, 2, 5, 0xbb, 0, 0)).isEqualTo("GOOD");
        assertThat(send(a, READY)).isEqualTo("6/2a04");
        assertThat(out(a, 1, 8, 0xaa, 0, 0)).isEqualTo("GOOD");
        assertThat(in(a, 1, 256)).contains("0000000000000000" + "00000000" + "00080000");
    }

    @Test
    void capabilitiesSayWhatIsTrue() {
        assertThat(in(a, 2, 256)).isEqualTo("0008" + "1d" + "b0" + "ea01" + "0000");
        assertThat(in(a, 2, 4)).isEqualTo("00081db0");
        assertThat(out(a, 0, 0, 0, 1, 1)).isEqualTo("GOOD");
        assertThat(in(a, 2, 256)).isEqualTo("0008" + "1d" + "b1" + "ea01" + "0000");
    }

    @Test
    void fullStatusNamesPortsOnBothSides() {
        register(b2, 0xb2L);
        out(b2, 1, 3, 0xb2, 0, 0);
        String id = HexFormat.of().formatHex(TransportId.ofPort(b.initiatorPort()).encoded());
        assertThat(in(a, 3, 512))
                .isEqualTo(
                        "00000001"
                                + String.format("%08x", 24 + id.length() / 2)
                                + "00000000000000b2"
                                + "00000000"
                                + "0103"
                                + "00000000"
                                + "0007"
                                + String.format("%08x", id.length() / 2)
                                + id);
        assertThat(in(a, 3, 11)).hasSize(22);
        second.unmap(3);
        assertThat(in(a, 3, 512)).contains("01030000" + "0000" + "0000" + "0000");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 23, 5/1a00",
        "0, 25, 5/1a00",
        "0, 0, 5/1a00",
        "3, 25, 5/1a00",
        "7, 23, 5/1a00",
        "7, 24, 5/2600 D20",
        "8, 24, 5/2400 C1.4"
    })
    void listsOfAnotherLengthAreRefused(int action, int length, String outcome) {
        assertThat(outList(a, action, 1, new byte[length])).isEqualTo(outcome);
        assertThat(host.unit.reservations().state()).isEqualTo(ReservationState.NONE);
    }

    @Test
    void aListIsNotGatheredBeyondItsBound() {
        assertThat(host.dataOut("5f 00 00 00 00 00000018 00")).isEqualTo(24);
        assertThat(host.dataOut("5f 00 00 00 00 00010000 00")).isEqualTo(65_536);
        assertThat(host.dataOut("5f 00 00 00 00 00010001 00")).isZero();
        assertThat(host.dataOut("5f 00 00 00 00 ffffffff 00")).isZero();
        assertThat(send(a, "5f 00 00 00 00 ffffffff 00")).isEqualTo("5/1a00");
    }

    @Test
    void specifiedPortsAreRegisteredTooOrNobody() {
        byte[] id = TransportId.ofPort(b.initiatorPort()).encoded();
        byte[] list = new byte[28 + 2 * id.length];
        list[15] = 9;
        list[20] = 0x08;
        BigEndian.put32(list, 24, 2L * id.length);
        System.arraycopy(id, 0, list, 28, id.length);
        System.arraycopy(id, 0, list, 28 + id.length, id.length);
        for (int action = 1; action < 7; action++) {
            assertThat(outList(a, action, 1, list)).isEqualTo("5/2600 D20.3");
        }
        byte[] longer = list.clone();
        BigEndian.put32(longer, 24, 2L * id.length + 1);
        assertThat(outList(a, 0, 0, longer)).isEqualTo("5/1a00");
        byte[] truncated = list.clone();
        BigEndian.put32(truncated, 24, 2L * id.length - 4);
        assertThat(outList(a, 0, 0, truncated)).isEqualTo("5/2600 D24");
        byte[] malformed = list.clone();
        malformed[28 + id.length] = 0x46;
        assertThat(outList(a, 0, 0, malformed)).isEqualTo("5/2600 D" + (28 + id.length));
        assertThat(outList(b, 0, 0, list)).as("itself").isEqualTo("5/2600 D28");
        assertThat(host.unit.reservations().state().keys()).isEmpty();
        assertThat(outList(a, 0, 0, list)).isEqualTo("GOOD");
        assertThat(host.unit.reservations().state().keys())
                .containsOnlyKeys(NexusName.of(a), NexusName.of(b));
        list[7] = 9;
        assertThat(outList(a, 0, 0, list)).isEqualTo("5/2400 C1.4");
    }

    @Test
    void aWholeInitiatorMeansThePortsOfItThatAreKnown() {
        TestNexus again = new TestNexus("iqn.2026-11.example:other,i,0x000000000005");
        host.device.attach(again);
        byte[] id = new TransportId("iqn.2026-11.example:other", TransportId.NO_ISID).encoded();
        byte[] list = new byte[28 + id.length];
        list[15] = 9;
        list[20] = 0x0c;
        BigEndian.put32(list, 24, id.length);
        System.arraycopy(id, 0, list, 28, id.length);
        assertThat(outList(a, 0, 0, list)).isEqualTo("GOOD");
        assertThat(host.unit.reservations().state().keys().keySet())
                .contains(NexusName.of(a), NexusName.of(b), NexusName.of(b2), NexusName.of(again))
                .hasSize(6);
        list[28 + 8] = 'z';
        register(a, 0);
        out(a, 3, 0, 9, 0, 0);
        assertThat(outList(a, 0, 0, list)).isEqualTo("5/2600 D28");
    }

    @Test
    void moreNexusesThanOneUnitRegistersAreRefusedWhole() {
        for (int port = 100; port < 200; port++) {
            new TargetDevice("iqn.2026-11.io.stemma:many" + port, port).map(0, host.unit, false);
        }
        byte[] list = new byte[28 + 20 * 28];
        list[15] = 9;
        list[20] = 0x0c;
        BigEndian.put32(list, 24, 20 * 28);
        for (int i = 0; i < 20; i++) {
            byte[] id = new TransportId("iqn.x", i).encoded();
            System.arraycopy(id, 0, list, 28 + 28 * i, 28);
        }
        assertThat(outList(a, 0, 0, list)).isEqualTo("5/5504");
        assertThat(host.unit.reservations().state()).isEqualTo(ReservationState.NONE);
    }

    @Test
    void allTargetPortsAreRegisteredAtOnce() {
        assertThat(out(b, 6, 0, 0, 5, 0x04)).isEqualTo("GOOD");
        assertThat(host.unit.reservations().state().keys())
                .containsOnlyKeys(NexusName.of(b), NexusName.of(b2));
        assertThat(out(b2, 1, 3, 5, 0, 0)).isEqualTo("GOOD");
        assertThat(write(b)).isEqualTo("CONFLICT");
        assertThat(write(b2)).isEqualTo("GOOD");
        assertThat(out(b, 0, 0, 5, 0, 0x04)).isEqualTo("GOOD");
        assertThat(write(a)).isEqualTo("GOOD");
    }

    @Test
    void aReservationMovesToAnotherPath() {
        register(a, 1);
        out(a, 1, 3, 1, 0, 0);
        byte[] id = TransportId.ofPort(b.initiatorPort()).encoded();
        byte[] list = new byte[24 + id.length];
        list[7] = 1;
        list[15] = 2;
        list[17] = 2;
        BigEndian.put32(list, 20, id.length);
        System.arraycopy(id, 0, list, 24, id.length);
        assertThat(outList(a, 7, 0, list)).as("no such port").isEqualTo("5/2600 D18");
        list[19] = 7;
        assertThat(outList(b, 7, 0, list)).isEqualTo("CONFLICT");
        assertThat(outList(a, 7, 0, list)).isEqualTo("GOOD");
        assertThat(write(a)).isEqualTo("CONFLICT");
        assertThat(write(b)).isEqualTo("CONFLICT");
        assertThat(write(b2)).isEqualTo("GOOD");
        assertThat(in(a, 0, 256)).isEqualTo("00000002" + "00000008" + "0000000000000002");
    }

    @Test
    void startingIsAllowedStoppingIsNot() {
        register(a, 1);
        out(a, 1, 1, 1, 0, 0);
        assertThat(send(b, "1b 00 00 00 01 00")).isEqualTo("GOOD");
        assertThat(send(b, "1b 00 00 00 00 00")).isEqualTo("CONFLICT");
        assertThat(send(b, "1b 00 00 00 11 00")).isEqualTo("CONFLICT");
    }

    @Test
    void registrantsAndHoldersAreServedByType() {
        register(a, 1);
        register(b, 2);
        for (ReservationType type : ReservationType.values()) {
            assertThat(out(a, 1, type.code(), 1, 0, 0)).isEqualTo("GOOD");
            boolean shared = type.code() >= 5;
            assertThat(write(b)).as("%s", type).isEqualTo(shared ? "GOOD" : "CONFLICT");
            assertThat(send(b, READ))
                    .isEqualTo(shared || !type.exclusiveAccess() ? "GOOD" : "CONFLICT");
            assertThat(write(b2)).as("another nexus").isEqualTo("CONFLICT");
            assertThat(send(b2, READY)).isEqualTo("GOOD");
            assertThat(send(b2, "25 00 00000000 0000 00 00")).isEqualTo("GOOD");
            assertThat(send(b2, "5a 00 3f 00 00 00 00 00ff 00"))
                    .isEqualTo(type.exclusiveAccess() ? "CONFLICT" : "GOOD");
            assertThat(out(a, 2, type.code(), 1, 0, 0)).isEqualTo("GOOD");
            assertThat(send(b, READY)).isEqualTo(shared ? "6/2a04" : "GOOD");
        }
    }

    @Test
    void anAttentionComesBeforeTheConflict() {
        register(a, 1);
        out(a, 1, 3, 1, 0, 0);
        host.volume.resize(16_384);
        assertThat(write(b)).isEqualTo("6/2a09");
        assertThat(write(b)).isEqualTo("CONFLICT");
        assertThat(send(b, "2a 00 ffffffff 00 0001 00"))
                .as("before the rest")
                .isEqualTo("CONFLICT");
    }

    @Test
    void preemptAndAbortWaitsForTheTasksOfThoseItNames() {
        register(a, 1);
        register(b, 2);
        out(b, 1, 3, 2, 0, 0);
        a.idle = false;
        b.idle = false;
        b2.idle = false;
        assertThat(out(a, 5, 3, 1, 2, 0)).isEqualTo("unfinished");
        assertThat(a.aborts).isEmpty();
        assertThat(b2.aborts).isEmpty();
        assertThat(b.aborts).hasSize(1);
        b.aborts.getFirst().run();
        assertThat(host.task.outcome()).isEqualTo("GOOD");
        assertThat(send(b, READY)).isEqualTo("6/2a05");
        assertThat(write(b)).isEqualTo("CONFLICT");
        assertThat(write(a)).isEqualTo("GOOD");
    }

    @Test
    void preemptAloneWaitsForNobody() {
        register(a, 1);
        register(b, 2);
        b.idle = false;
        assertThat(out(a, 4, 0, 1, 2, 0)).isEqualTo("GOOD");
        assertThat(send(b, READY)).isEqualTo("6/2a05");
    }

    @Test
    void persistentReservationsOutliveResetsAndTheEndOfNexuses() {
        register(a, 1);
        out(a, 1, 1, 1, 0, 0);
        host.unit.reset(b, () -> {});
        host.device.reset(b, () -> {});
        host.device.detach(a);
        for (TestNexus each : new TestNexus[] {b, b2}) {
            assertThat(send(each, READY)).isEqualTo("6/2902");
            assertThat(write(each)).isEqualTo("CONFLICT");
        }
        TestNexus back = new TestNexus(a.initiatorPort());
        host.device.attach(back);
        assertThat(send(back, READY)).isEqualTo("6/2907");
        assertThat(write(back)).isEqualTo("GOOD");
        TestNexus otherPort = new TestNexus("iqn.2026-11.example:host,i,0x000000000009");
        host.device.attach(otherPort);
        assertThat(write(otherPort)).isEqualTo("CONFLICT");
    }

    @Test
    void whatIsToLastIsDurableBeforeTheAnswerAndTakenUpAgain() {
        assertThat(out(a, 0, 0, 0, 1, 1)).isEqualTo("GOOD");
        assertThat(out(a, 1, 6, 1, 0, 0)).isEqualTo("GOOD");
        assertThat(host.store.values).containsKey(Reservations.NAME);
        LogicalUnit restarted = new LogicalUnit(host.volume, host.unit.services());
        ReservationState before = host.unit.reservations().state();
        assertThat(restarted.reservations().state())
                .isEqualTo(
                        new ReservationState(
                                0, before.keys(), before.type(), before.holder(), true));
        assertThat(out(a, 0, 0, 1, 1, 0)).isEqualTo("GOOD");
        assertThat(host.store.values).isEmpty();
        assertThat(new LogicalUnit(host.volume, host.unit.services()).reservations().state())
                .isEqualTo(ReservationState.NONE);
        out(a, 6, 0, 0, 1, 1);
        assertThat(out(a, 3, 0, 1, 0, 0)).isEqualTo("GOOD");
        assertThat(host.store.values).isEmpty();
    }

    @Test
    void aStoreThatFailsFailsTheCommandAndNothingChanges() {
        out(a, 0, 0, 0, 1, 1);
        ReservationState before = host.unit.reservations().state();
        host.store.fault = DeviceFault.of(Kind.OFFLINE, "sync", "journal");
        assertThat(out(a, 1, 6, 1, 0, 0)).isEqualTo("2/0403");
        assertThat(out(a, 0, 0, 1, 0, 0)).isEqualTo("2/0403");
        assertThat(out(a, 3, 0, 1, 0, 0)).isEqualTo("2/0403");
        host.store.fault = DeviceFault.of(Kind.SPACE_EXHAUSTED, "put", "registry");
        assertThat(out(a, 1, 6, 1, 0, 0)).isEqualTo("5/5504");
        assertThat(host.unit.reservations().state()).isEqualTo(before);
        assertThat(write(b)).isEqualTo("GOOD");
        host.store.fault = null;
        assertThat(out(a, 1, 6, 1, 0, 0)).isEqualTo("GOOD");
        assertThat(write(b)).isEqualTo("CONFLICT");
    }

    @Test
    void aRecordThatCannotBeReadKeepsEverybodyOutUntilItIsPreempted() {
        host.store.values.put(Reservations.NAME, new byte[] {1, 2, 3});
        LogicalUnit restarted = new LogicalUnit(host.volume, host.unit.services());
        host.device.map(9, restarted, false);
        host.device.reset(a, () -> {});
        send(a, READY);
        String lun9 = "28 00 00000000 00 0001 00";
        host.send(a, 9, READY, new byte[0]);
        assertThat(host.send(a, 9, lun9, new byte[0])).isEqualTo("CONFLICT");
        assertThat(host.send(a, 9, "5e 00 00 00 00 00 00 0100 00", new byte[0])).isEqualTo("GOOD");
        byte[] key = Arrays.copyOfRange(host.task.data(), 8, 16);
        byte[] list = new byte[24];
        list[15] = 1;
        assertThat(host.send(a, 9, "5f 06 00 00 00 00000018 00", list)).isEqualTo("GOOD");
        list[7] = 1;
        System.arraycopy(key, 0, list, 8, 8);
        assertThat(host.send(a, 9, "5f 04 01 00 00 00000018 00", list)).isEqualTo("GOOD");
        assertThat(host.send(a, 9, lun9, new byte[0])).isEqualTo("GOOD");
    }

    @Test
    void anAbortedChangeChangesNothing() {
        host.task.begin(a, Host.bytes("5f 00 00 00 00 00000018 00"), new byte[24]);
        host.task.abort();
        host.device.execute(0, host.task);
        assertThat(host.task.finished).isEqualTo(1);
        assertThat(host.unit.reservations().state()).isEqualTo(ReservationState.NONE);
    }

    @ParameterizedTest
    @CsvSource({"16, 17", "56, 57", "16, 57"})
    void reserveKeepsAllOthersOut(String reserve, String release) {
        String zeroes = " 00 00 00 00 00 00 00 00 00";
        assertThat(send(a, reserve + zeroes)).isEqualTo("GOOD");
        assertThat(send(a, reserve + zeroes)).isEqualTo("GOOD");
        for (TestNexus other : new TestNexus[] {b, b2}) {
            for (String cdb :
                    new String[] {READY, READ, "1a 00 3f 00 ff 00", "5e" + zeroes, "16" + zeroes}) {
                assertThat(send(other, cdb)).as(cdb).isEqualTo("CONFLICT");
            }
            assertThat(write(other)).isEqualTo("CONFLICT");
            assertThat(register(other, 1)).isEqualTo("CONFLICT");
            assertThat(send(other, "12 00 00 00ff 00")).isEqualTo("GOOD");
            assertThat(send(other, "03 00 00 00 12 00")).isEqualTo("GOOD");
            assertThat(send(other, "a0 00 00 000000 00000100 00 00")).isEqualTo("GOOD");
            assertThat(send(other, "25 00 00000000 0000 00 00")).isEqualTo("GOOD");
            assertThat(send(other, release + zeroes)).as("without effect").isEqualTo("GOOD");
            assertThat(write(other)).isEqualTo("CONFLICT");
        }
        assertThat(write(a)).isEqualTo("GOOD");
        assertThat(send(a, "5e" + zeroes)).isEqualTo("CONFLICT");
        assertThat(register(a, 1)).isEqualTo("CONFLICT");
        assertThat(send(a, release + zeroes)).isEqualTo("GOOD");
        assertThat(write(b)).isEqualTo("GOOD");
    }

    @Test
    void reserveEndsWithItsNexusAndWithResets() {
        send(a, "16 00 00 00 00 00");
        host.unit.reset(b, () -> {});
        send(b, READY);
        assertThat(write(b)).isEqualTo("GOOD");
        send(b, "16 00 00 00 00 00");
        host.device.reset(a, () -> {});
        send(a, READY);
        assertThat(write(a)).isEqualTo("GOOD");
        send(a, "16 00 00 00 00 00");
        assertThat(send(b, READY)).isEqualTo("6/2902");
        assertThat(send(b, READY)).isEqualTo("CONFLICT");
        host.device.detach(a);
        assertThat(send(b, READY)).isEqualTo("GOOD");
    }

    @Test
    void reserveBesideRegistrantsIsCompatible() {
        register(a, 1);
        assertThat(send(a, "16 00 00 00 00 00")).isEqualTo("CONFLICT");
        assertThat(send(a, "17 00 00 00 00 00")).isEqualTo("CONFLICT");
        out(a, 1, 1, 1, 0, 0);
        assertThat(send(a, "16 00 00 00 00 00")).isEqualTo("GOOD");
        assertThat(send(a, "17 00 00 00 00 00")).isEqualTo("GOOD");
        assertThat(write(b)).isEqualTo("CONFLICT");
        assertThat(send(b, "16 00 00 00 00 00")).isEqualTo("CONFLICT");
        register(b, 2);
        assertThat(send(b, "16 00 00 00 00 00")).isEqualTo("CONFLICT");
        assertThat(out(a, 2, 1, 1, 0, 0)).isEqualTo("GOOD");
        out(a, 1, 5, 1, 0, 0);
        assertThat(send(b, "16 00 00 00 00 00")).isEqualTo("GOOD");
        assertThat(in(b, 0, 256)).startsWith("00000002");
    }

    @ParameterizedTest
    @CsvSource({
        "16 01 00 00 00 00, 5/2400 C1.0",
        "16 10 00 00 00 00, 5/2400 C1.4",
        "17 11 00 00 00 00, 5/2400 C1.4",
        "56 02 00 00 00 00 00 00 00 00, 5/2400 C1.1",
        "57 10 00 00 00 00 00 00 00 00, 5/2400 C1.4"
    })
    void extentsAndThirdPartiesAreRefused(String cdb, String outcome) {
        assertThat(send(a, cdb)).isEqualTo(outcome);
        assertThat(write(b)).isEqualTo("GOOD");
    }

    @Test
    void portGroupsAreTheTargets() {
        String groups =
                "0001"
                        + "0001"
                        + "00000001"
                        + "00000001"
                        + "0001"
                        + "0007"
                        + "00000001"
                        + "00000007";
        assertThat(host.data("a3 0a 0000 0000 000000ff 00 00")).isEqualTo("00000018" + groups);
        assertThat(host.data("a3 2a 0000 0000 000000ff 00 00"))
                .isEqualTo("0000001c" + "10000000" + groups);
        assertThat(host.data("a3 0a 0000 0000 00000006 00 00")).isEqualTo("00000018" + "0001");
        assertThat(host.send("a3 4a 0000 0000 000000ff 00 00")).isEqualTo("5/2400 C1.7");
        assertThat(host.data("12 00 00 0008 00")).isEqualTo("000006125b181002");
        second.unmap(3);
        assertThat(host.data("12 00 00 0008 00")).isEqualTo("000006125b180002");
        assertThat(host.send("a4 0a 0000 0000 00000000 00 00")).isEqualTo("5/2000 C0");
    }
}
