package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.stemma.server.scsi.CommandCase.Pending;
import io.stemma.server.scsi.CommandCase.Protected;
import io.stemma.server.scsi.CommandCase.Refusal;
import io.stemma.server.scsi.CommandCase.Reserved;

import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every row of the command table against its line in {@link CommandCases}. */
class CommandTableTest {
    private static final int BLOCKS = 512;
    private static final int NACA = 0x04;

    /** SPC-2, table 10, and SBC-2: what RESERVE of another nexus lets through. */
    private static final Set<String> BESIDE_RESERVE =
            Set.of("03", "12", "1b", "25", "4d", "9e/10", "a0", "a3/0a");

    private static final Map<String, CommandRow> ROWS =
            CommandTable.all().stream()
                    .collect(Collectors.toMap(CommandCase::name, Function.identity()));

    private static CommandRow row(CommandCase is) {
        return Objects.requireNonNull(ROWS.get(is.row));
    }

    private static Host host(CommandCase is) {
        return host(is, false);
    }

    private static Host host(CommandCase is, boolean readOnly) {
        Host host = host(readOnly);
        is.prepare(host);
        return host;
    }

    private static Host host(boolean readOnly) {
        return new Host(new MemoryVolume(BLOCKS, CommandCase.BLOCK), readOnly);
    }

    private static String send(Host host, String cdb, byte[] dataOut) {
        host.send(cdb, dataOut);
        return SenseText.of(host.task);
    }

    private static String good(Host host, CommandCase is) {
        return send(host, is.normal(), is.normalDataOut());
    }

    @Test
    void everyRowHasItsLineAndEveryLineItsRow() {
        List<String> lines = CommandCases.all().stream().map(is -> is.row).toList();
        assertThat(lines).doesNotHaveDuplicates();
        assertThat(lines).containsExactlyInAnyOrderElementsOf(ROWS.keySet());
    }

    @TestFactory
    Stream<DynamicContainer> everyRowDoesWhatItsLineSays() {
        return CommandCases.all().stream()
                .filter(is -> ROWS.containsKey(is.row))
                .map(is -> dynamicContainer(is.row, checks(is)));
    }

    private static Stream<DynamicTest> checks(CommandCase is) {
        return Stream.of(
                dynamicTest("is served at a normal place", () -> isServed(is)),
                dynamicTest("reaches the last block and not one more", () -> keepsToTheEnd(is)),
                dynamicTest("answers a zero length", () -> answersZero(is)),
                dynamicTest("cuts its answer to the allocation length", () -> cutsItsAnswer(is)),
                dynamicTest("refuses what is wrong, with sense", () -> refusesWhatIsWrong(is)),
                dynamicTest("knows write protection", () -> knowsWriteProtection(is)),
                dynamicTest("knows a stopped unit", () -> knowsAStoppedUnit(is)),
                dynamicTest("knows the reservations of others", () -> knowsReservations(is)),
                dynamicTest("knows a pending attention", () -> knowsAPendingAttention(is)),
                dynamicTest("looks at no other bit than it reports", () -> looksAtNoOtherBit(is)));
    }

    private static void isServed(CommandCase is) {
        Host host = host(is);
        assertThat(host.dataOut(is.normal())).isEqualTo(is.normalDataOut().length);
        assertThat(good(host, is)).isEqualTo("GOOD");
        assertThat(host.task.hex()).startsWith(is.answer);
    }

    private static void keepsToTheEnd(CommandCase is) {
        if (!is.ranged) {
            return;
        }
        assertThat(send(host(is), is.at(BLOCKS - 1, 1), is.dataOut(BLOCKS - 1, 1)))
                .isEqualTo("GOOD");
        String beyond = "5/2100 I" + BLOCKS;
        outOfRange(is, BLOCKS, 1, beyond);
        boolean withLength = !is.at(0, 1).equals(is.at(0, 2)) || is.dataOut(0, 2).length != 0;
        if (withLength) {
            outOfRange(is, BLOCKS - 1, 2, beyond);
        }
    }

    private static void outOfRange(CommandCase is, long lba, int blocks, String outcome) {
        String dataOut = HexFormat.of().formatHex(is.dataOut(lba, blocks));
        refused(new Refusal(is.at(lba, blocks), dataOut, outcome));
    }

    private static void answersZero(CommandCase is) {
        Host host = host(is);
        byte[] dataOut = is.zeroDataOut();
        assertThat(host.dataOut(is.zero())).isEqualTo(dataOut.length);
        assertThat(send(host, is.zero(), dataOut)).isEqualTo(is.zero);
        if (is.zeroTakesNothing()) {
            host.task.expectedIn = Integer.MAX_VALUE;
            boolean allocates = is.cdb.contains("A");
            assertThat(host.task.dataInLength() == 0 || !allocates).isTrue();
        }
    }

    private static void cutsItsAnswer(CommandCase is) {
        if (!is.cdb.contains("A")) {
            return;
        }
        String whole = host(is).data(is.normal());
        for (int bytes : new int[] {4, 5, 8}) {
            String cut = host(is).data(is.allocating(bytes));
            assertThat(cut).isEqualTo(whole.substring(0, Math.min(whole.length(), 2 * bytes)));
        }
    }

    private static void refusesWhatIsWrong(CommandCase is) {
        is.refusals.forEach(CommandTableTest::refused);
        byte[] cdb = Host.bytes(is.normal());
        int control = row(is).controlAt();
        cdb[control] |= NACA;
        String dataOut = HexFormat.of().formatHex(is.normalDataOut());
        String outcome = "5/2400 C" + control + ".2";
        refused(new Refusal(HexFormat.of().formatHex(cdb), dataOut, outcome));
    }

    /** In fixed and in descriptor format; nothing is written, nothing is locked. */
    private static void refused(Refusal refusal) {
        for (boolean descriptor : new boolean[] {false, true}) {
            Host host = host(false);
            host.unit.modeParameters(host.nexus, false, descriptor);
            byte[] dataOut =
                    refusal.dataOut().isEmpty()
                            ? new byte[host.dataOut(refusal.cdb())]
                            : Host.bytes(refusal.dataOut());
            assertThat(send(host, refusal.cdb(), dataOut))
                    .as("%s, descriptor format: %s", refusal.cdb(), descriptor)
                    .isEqualTo(refusal.outcome());
            assertThat(host.task.sense()[0]).isIn(expectedCode(descriptor, refusal.outcome()));
            assertThat(host.volume.log).as(refusal.cdb()).isEmpty();
        }
    }

    /** VALID stands in the first byte of fixed format. */
    private static Object[] expectedCode(boolean descriptor, String outcome) {
        int fixed = outcome.contains(" I") ? 0xf0 : 0x70;
        return new Object[] {(byte) (descriptor ? 0x72 : fixed)};
    }

    private static void knowsWriteProtection(CommandCase is) {
        boolean refused = is.whenProtected == Protected.REFUSED;
        assertThat(good(host(is, true), is)).isEqualTo(refused ? "7/2700" : "GOOD");
        Host host = host(is);
        host.unit.modeParameters(host.nexus, true, false);
        assertThat(good(host, is)).isEqualTo(refused ? "7/2702" : "GOOD");
        if (refused) {
            assertThat(host.volume.log).isEmpty();
        }
    }

    private static void knowsAStoppedUnit(CommandCase is) {
        Host host = host(is);
        host.unit.stopped(true);
        boolean served = is.whenStopped.equals(CommandCase.SERVED);
        assertThat(good(host, is)).isEqualTo(served ? "GOOD" : is.whenStopped);
    }

    private static void knowsAPendingAttention(CommandCase is) {
        Host host = host(is);
        host.unit.raise(null, UnitAttention.MODE_PARAMETERS);
        boolean reported = is.pending == Pending.REPORTED;
        assertThat(good(host, is)).isEqualTo(reported ? "6/2a01" : "GOOD");
        boolean left = host.unit.attentions().pending();
        assertThat(left).isEqualTo(is.pending == Pending.KEPT);
        if (reported) {
            assertThat(host.volume.log).isEmpty();
            assertThat(good(host, is)).isEqualTo("GOOD");
        }
    }

    /** By every type of PERSISTENT RESERVE OUT, and by RESERVE. */
    private static void knowsReservations(CommandCase is) {
        if (is.reserved == Reserved.OWN_RULES) {
            return;
        }
        for (ReservationType type : ReservationType.values()) {
            Host host = host(is);
            host.volume.log.clear();
            ReservationCases.reserveElsewhere(host, type);
            boolean refused =
                    is.reserved == Reserved.WRITE
                            || (is.reserved == Reserved.READ && type.exclusiveAccess());
            String outcome = send(host, is.normal(), is.normalDataOut());
            assertThat(outcome).as("%s", type).isEqualTo(refused ? "CONFLICT" : "GOOD");
            if (refused) {
                assertThat(host.volume.log).isEmpty();
                assertThat(host.task.dataInLength()).isZero();
            }
        }
        Host host = host(is);
        TestNexus other = new TestNexus("iqn.2026-11.example:other,i,0x000000000002");
        host.device.attach(other);
        assertThat(host.send(other, 0, "16 00 00 00 00 00", new byte[0])).isEqualTo("GOOD");
        assertThat(send(host, is.normal(), is.normalDataOut()))
                .isEqualTo(BESIDE_RESERVE.contains(is.row) ? "GOOD" : "CONFLICT");
    }

    private static void looksAtNoOtherBit(CommandCase is) {
        CommandRow row = row(is);
        byte[] usage = row.usage();
        if (row.serviceAction() >= 0) {
            usage[1] |= 0x1f;
        }
        usage[row.controlAt()] |= NACA;
        Host host = host(is);
        assertThat(good(host, is)).isEqualTo("GOOD");
        String data = host.task.hex();
        for (int bit = 8; bit < 8 * usage.length; bit++) {
            int mask = 0x80 >>> (bit & 7);
            if ((usage[bit >>> 3] & mask) == 0) {
                byte[] cdb = Host.bytes(is.normal());
                cdb[bit >>> 3] ^= (byte) mask;
                String text = HexFormat.of().formatHex(cdb);
                if (is.reserved == Reserved.OWN_RULES) {
                    is.prepare(host);
                }
                assertThat(send(host, text, is.normalDataOut())).as(text).isEqualTo("GOOD");
                assertThat(host.task.hex()).as(text).isEqualTo(data);
            }
        }
    }
}
