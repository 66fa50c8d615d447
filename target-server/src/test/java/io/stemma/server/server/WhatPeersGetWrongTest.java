package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;
import io.stemma.server.testing.TestInitiator.Outcome;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;

/** What other targets get wrong, over a real connection to the whole server. */
class WhatPeersGetWrongTest {
    private static final String TARGET = "iqn.2026-11.com.example:peers";
    private static final String HOST = "iqn.2026-11.com.example.host:me";
    private static final int BLOCK = 512;
    private static final int READS = 0xc0;
    private static final int WRITES = 0xa0;
    private static final int MOVES_NOTHING = 0x80;

    private static final int OUT_OF_RANGE = 0x052100;
    private static final int INVALID_FIELD = 0x052400;
    private static final int MISCOMPARE = 0x0e1d00;
    private static final int WRITE_PROTECTED = 0x072700;
    private static final int SERVICE_CRC_ERROR = 0x0b4705;

    private static final String YAML =
            """
            listen: ["127.0.0.1:0"]
            volumes: [{name: v, size: 2MiB}]
            targets:
              - name: iqn.2026-11.com.example:peers
                luns: [{lun: 0, volume: v}, {lun: 1, volume: v, readOnly: true}]
            """;

    @TempDir Path folder;
    private @Nullable TargetServer server;
    private @Nullable TestInitiator connected;

    @BeforeEach
    void start() throws Exception {
        Configuration configuration = ConfigurationReader.parse(YAML, "stemma.yaml", folder);
        server =
                TargetServer.start(folder, configuration, false, configuration.portals(), Map.of());
        connected = TestInitiator.connect(server.portals().get(0).listen());
        assertThat(new LoginClient(connected, HOST, TARGET).plain()).isZero();
    }

    @AfterEach
    void stop() {
        if (connected != null) {
            connected.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private TestInitiator initiator() {
        return Objects.requireNonNull(connected);
    }

    private static byte[] cdb(String hex) {
        return Arrays.copyOf(HexFormat.of().parseHex(hex.replace(" ", "")), 16);
    }

    private static byte[] filled(int bytes, int value) {
        byte[] data = new byte[bytes];
        Arrays.fill(data, (byte) value);
        return data;
    }

    private Outcome read(int expected, String cdb) {
        return initiator().run(initiator().command(READS, 0, expected, cdb(cdb)));
    }

    /** With all data in the command itself. */
    private Outcome write(String cdb, byte[] data) {
        RawPdu command = initiator().command(WRITES, 0, data.length, cdb(cdb));
        return initiator().run(command.withData(data));
    }

    private Outcome nothing(String cdb) {
        return initiator().run(initiator().command(MOVES_NOTHING, 0, 0, cdb(cdb)));
    }

    private static String hex(Outcome outcome) {
        assertThat(outcome.status()).isZero();
        return HexFormat.of().formatHex(outcome.data());
    }

    private static void good(Outcome outcome) {
        assertThat(outcome.status()).isZero();
        assertThat(outcome.residual()).isZero();
    }

    private void stillServes() {
        good(nothing("00 00 00 00 00 00"));
    }

    @Test
    void aMappedAndAnUnmappedBlockAreTwoDescriptorsOfOneLbaStatus() {
        good(write("2a 00 00000008 00 0008 00", filled(8 * BLOCK, 1)));
        assertThat(hex(read(56, "9e 12 0000000000000000 00000038 00 00")))
                .isEqualTo(
                        "00000034 00000000"
                                .concat("0000000000000000 00000008 01000000")
                                .concat("0000000000000008 00000008 00000000")
                                .concat("0000000000000010 00000ff0 01000000")
                                .replace(" ", ""));
        assertThat(hex(read(24, "9e 12 000000000000000c 00000018 00 00")))
                .isEqualTo("0000001400000000" + "000000000000000c" + "0000000400000000");
    }

    @Test
    void lbaStatusPastTheEndIsOutOfRange() {
        assertThat(hex(read(24, "9e 12 0000000000000fff 00000018 00 00"))).endsWith("0101000000");
        assertThat(read(24, "9e 12 0000000000001000 00000018 00 00").sense())
                .isEqualTo(OUT_OF_RANGE);
        assertThat(read(24, "9e 12 ffffffffffffffff 00000018 00 00").sense())
                .isEqualTo(OUT_OF_RANGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0006000000000000",
                "0016001000000000 0000000000000008 00000000 00000000",
                "0016001000000000 0000000000001000 00000000 00000000"
            })
    void anUnmapOfNothingIsGoodAndUnmapsNothing(String list) {
        byte[] block = filled(8 * BLOCK, 1);
        good(write("2a 00 00000008 00 0008 00", block));
        good(nothing("42 00 00000000 00 0000 00"));
        byte[] bytes = HexFormat.of().parseHex(list.replace(" ", ""));
        good(write(String.format("42 00 00000000 00 %04x 00", bytes.length), bytes));
        assertThat(read(8 * BLOCK, "28 00 00000008 00 0008 00").data()).isEqualTo(block);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "28 00 00000000 00 0000 00",
                "a8 00 00000000 00000000 00 00",
                "88 00 0000000000000000 00000000 00 00",
                "2a 00 00000000 00 0000 00",
                "aa 00 00000000 00000000 00 00",
                "8a 00 0000000000000000 00000000 00 00",
                "2e 00 00000000 00 0000 00",
                "2e 02 00000fff 00 0000 00",
                "ae 00 00000000 00000000 00 00",
                "8e 00 0000000000000000 00000000 00 00",
                "2f 00 00000000 00 0000 00",
                "2f 02 00000000 00 0000 00",
                "af 06 00000000 00000000 00 00",
                "8f 02 0000000000001000 00000000 00 00",
                "34 00 00001000 00 0000 00",
                "35 00 00001000 00 0000 00"
            })
    void zeroBlocksGetAStatusInWhateverDirection(String cdb) {
        good(nothing(cdb));
        for (int flags : new int[] {READS, WRITES}) {
            good(initiator().run(initiator().command(flags, 0, 0, cdb(cdb))));
        }
        stillServes();
    }

    @Test
    void aReadCapacity16IsAnsweredHoweverShortItsAllocationLength() {
        String whole = hex(read(32, "9e 10 0000000000000000 00000020 00 00"));
        for (int bytes : new int[] {0, 1, 8, 12, 31}) {
            String cdb = String.format("9e 10 0000000000000000 %08x 00 00", bytes);
            Outcome fits = read(bytes, cdb);
            assertThat(hex(fits)).isEqualTo(whole.substring(0, 2 * bytes));
            assertThat(fits.residual()).isZero();
            Outcome shorter = read(32, cdb);
            assertThat(hex(shorter)).isEqualTo(whole.substring(0, 2 * bytes));
            assertThat(shorter.residual()).isEqualTo(bytes - 32);
        }
    }

    @Test
    void aCommandBelowTheWindowIsIgnoredAndTheSessionGoesOn() {
        stillServes();
        int next = initiator().cmdSn();
        for (int before : new int[] {1, 2, 1000}) {
            initiator().cmdSn(next - before);
            RawPdu old = initiator().command(WRITES, 0, BLOCK, cdb("2a 00 00000000 00 0001 00"));
            initiator().send(old.withData(filled(BLOCK, 1)));
        }
        initiator().cmdSn(next);
        initiator().send(initiator().ping(new byte[0]));
        assertThat(initiator().receive().opcode()).isEqualTo(0x20);
        assertThat(read(BLOCK, "28 00 00000000 00 0001 00").data()).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 27, -1})
    void aWrongDataSnFailsTheWriteAndNothingIsWritten(int dataSn) {
        int bytes = 8 * BLOCK;
        RawPdu command = initiator().command(WRITES, 0, bytes, cdb("2a 00 00000000 00 0008 00"));
        initiator().send(command);
        RawPdu r2t = initiator().receive();
        assertThat(r2t.opcode()).isEqualTo(0x31);
        byte[] data = filled(bytes, 1);
        int tag = command.get32(16);
        initiator().send(initiator().dataOut(tag, r2t.get32(20), dataSn, 0, true, data));
        assertThat(initiator().outcome().sense()).isEqualTo(SERVICE_CRC_ERROR);
        assertThat(read(bytes, "28 00 00000000 00 0008 00").data()).containsOnly(0);
    }

    @Test
    void aWrongDataSnIsToldInDescriptorFormatWhereThatIsAskedFor() {
        byte[] list = HexFormat.of().parseHex("00000000" + "0a0a2610" + "00".repeat(8));
        good(write("15 10 00 00 10 00", list));
        RawPdu command = initiator().command(WRITES, 0, BLOCK, cdb("2a 00 00000000 00 0001 00"));
        initiator().send(command);
        RawPdu r2t = initiator().receive();
        byte[] data = filled(BLOCK, 1);
        int tag = command.get32(16);
        initiator().send(initiator().dataOut(tag, r2t.get32(20), 1, 0, true, data));
        byte[] sense = initiator().outcome().last().data();
        assertThat(HexFormat.of().formatHex(sense)).isEqualTo("0008" + "720b470500000000");
    }

    @ParameterizedTest
    @CsvSource({
        "c0, 28 00 00001000 00 0001 00",
        "c0, 28 00 00000fff 00 0002 00",
        "c0, 28 00 ffffffff 00 0001 00",
        "c0, a8 00 00001000 00000001 00 00",
        "c0, 88 00 8000000000000000 00000001 00 00",
        "c0, 08 001000 01 00",
        "a0, 2a 00 00001000 00 0001 00",
        "a0, 2a 00 00000fff 00 0002 00",
        "a0, 8a 00 ffffffffffffffff 00000001 00 00",
        "a0, 2e 00 00001000 00 0001 00",
        "a0, 2f 02 00000fff 00 0002 00",
        "80, 2f 00 00000fff 00 0002 00",
        "a0, 41 00 00000fff 00 0002 00",
        "80, 34 00 00001001 00 0000 00",
        "80, 35 00 00000fff 00 0002 00"
    })
    void blocksBehindTheEndHaveASenseOfTheirOwn(String flags, String cdb) {
        int direction = Integer.parseInt(flags, 16);
        int bytes = direction == MOVES_NOTHING ? 0 : BLOCK;
        RawPdu command = initiator().command(direction, 0, bytes, cdb(cdb));
        byte[] data = direction == WRITES ? filled(bytes, 1) : new byte[0];
        assertThat(initiator().run(command.withData(data)).sense()).isEqualTo(OUT_OF_RANGE);
        assertThat(read(BLOCK, "28 00 00000fff 00 0001 00").data()).containsOnly(0);
    }

    @Test
    void dpoAndFuaAreServedAndProtectionIsRefused() {
        byte[] block = filled(BLOCK, 3);
        for (String bits : new String[] {"08", "10", "18"}) {
            good(write("2a " + bits + " 00000000 00 0001 00", block));
            good(write("8a " + bits + " 0000000000000000 00000001 00 00", block));
            Outcome outcome = read(BLOCK, "28 " + bits + " 00000000 00 0001 00");
            good(outcome);
            assertThat(outcome.data()).isEqualTo(block);
        }
        for (String bits : new String[] {"20", "40", "60", "80", "a0", "e0"}) {
            assertThat(read(BLOCK, "28 " + bits + " 00000000 00 0001 00").sense())
                    .isEqualTo(INVALID_FIELD);
            for (String code : new String[] {"2a ", "2e ", "41 "}) {
                assertThat(write(code + bits + " 00000000 00 0001 00", block).sense())
                        .isEqualTo(INVALID_FIELD);
            }
            assertThat(nothing("2f " + bits + " 00000000 00 0001 00").sense())
                    .isEqualTo(INVALID_FIELD);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2f 02 00000004 00 0002 00",
                "af 02 00000004 00000002 00 00",
                "8f 02 0000000000000004 00000002 00 00"
            })
    void verifyWithBytchkCompares(String cdb) {
        byte[] data = filled(2 * BLOCK, 9);
        good(write("2a 00 00000004 00 0002 00", data));
        good(write(cdb, data));
        data[2 * BLOCK - 1] = 8;
        assertThat(write(cdb, data).sense()).isEqualTo(MISCOMPARE);
        String noCompare = cdb.substring(0, 3) + "00" + cdb.substring(5);
        good(nothing(noCompare));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "28 00 00000010 00 0002 00",
                "a8 00 00000010 00000002 00 00",
                "88 00 0000000000000010 00000002 00 00",
                "08 000010 02 00"
            })
    void aReadTellsItsResidual(String cdb) {
        good(write("2a 00 00000010 00 0002 00", filled(2 * BLOCK, 5)));
        for (int expected : new int[] {0, 1, BLOCK, 2 * BLOCK, 2 * BLOCK + 1, 5 * BLOCK}) {
            Outcome outcome = read(expected, cdb);
            assertThat(outcome.status()).isZero();
            assertThat(outcome.residual()).isEqualTo(2 * BLOCK - expected);
            assertThat(outcome.data()).hasSize(Math.min(expected, 2 * BLOCK));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2a 00 00000010 00 0002 00",
                "aa 00 00000010 00000002 00 00",
                "8a 00 0000000000000010 00000002 00 00",
                "0a 000010 02 00",
                "2e 00 00000010 00 0002 00",
                "2e 02 00000010 00 0002 00",
                "ae 00 00000010 00000002 00 00",
                "8e 02 0000000000000010 00000002 00 00"
            })
    void aWriteTellsItsResidualAndWritesNoMoreThanItGot(String cdb) {
        for (int blocks : new int[] {0, 1, 2, 3, 5}) {
            good(write("2a 00 00000010 00 0006 00", new byte[6 * BLOCK]));
            Outcome outcome = write(cdb, filled(blocks * BLOCK, 7));
            assertThat(outcome.status()).isZero();
            assertThat(outcome.residual()).isEqualTo((2 - blocks) * BLOCK);
            byte[] content = read(6 * BLOCK, "28 00 00000010 00 0006 00").data();
            byte[] wanted = new byte[6 * BLOCK];
            Arrays.fill(wanted, 0, Math.min(blocks, 2) * BLOCK, (byte) 7);
            assertThat(content).isEqualTo(wanted);
        }
    }

    @Test
    void aCommandInTheWrongDirectionTellsAllAsResidualAndMovesNothing() {
        good(write("2a 00 00000000 00 0001 00", filled(BLOCK, 2)));
        Outcome reading = write("28 00 00000000 00 0001 00", filled(BLOCK, 7));
        assertThat(reading.data()).isEmpty();
        assertThat(reading.residual()).isEqualTo(-BLOCK);
        Outcome writing = read(BLOCK, "2a 00 00000000 00 0001 00");
        assertThat(writing.data()).isEmpty();
        assertThat(writing.residual()).isEqualTo(-BLOCK);
        assertThat(read(BLOCK, "28 00 00000000 00 0001 00").data()).containsOnly(2);
        Outcome none = read(BLOCK, "00 00 00 00 00 00");
        assertThat(none.status()).isZero();
        assertThat(none.residual()).isEqualTo(-BLOCK);
    }

    @Test
    void unmapAndWriteSameWithUnmapGiveTheBlocksBack() {
        String status = "9e 12 0000000000000008 00000018 00 00";
        String mapped = "0000001400000000" + "0000000000000008" + "0000000800000000";
        for (int way = 0; way < 3; way++) {
            good(write("2a 00 00000008 00 0008 00", filled(8 * BLOCK, 1)));
            assertThat(hex(read(24, status))).isEqualTo(mapped);
            switch (way) {
                case 0 ->
                        good(
                                write(
                                        "42 00 00000000 00 0018 00",
                                        HexFormat.of()
                                                .parseHex(
                                                        "0016001000000000"
                                                                + "000000000000000800000008"
                                                                + "00000000")));
                case 1 -> good(write("41 08 00000008 00 0008 00", new byte[BLOCK]));
                default -> good(nothing("93 09 0000000000000008 00000008 00 00"));
            }
            assertThat(hex(read(24, status))).endsWith("01000000");
            assertThat(read(8 * BLOCK, "28 00 00000008 00 0008 00").data()).containsOnly(0);
        }
    }

    @Test
    void aReadOnlyLunReadsAndRefusesEveryChange() {
        byte[] block = filled(BLOCK, 1);
        for (String cdb :
                new String[] {
                    "2a 00 00000000 00 0001 00",
                    "aa 00 00000000 00000001 00 00",
                    "8a 00 0000000000000000 00000001 00 00",
                    "2e 00 00000000 00 0001 00",
                    "41 00 00000000 00 0001 00"
                }) {
            RawPdu command = initiator().command(WRITES, 1, BLOCK, cdb(cdb)).withData(block);
            assertThat(initiator().run(command).sense()).isEqualTo(WRITE_PROTECTED);
        }
        RawPdu reading = initiator().command(READS, 1, BLOCK, cdb("28 00 00000000 00 0001 00"));
        assertThat(initiator().run(reading).data()).hasSize(BLOCK).containsOnly(0);
    }
}
