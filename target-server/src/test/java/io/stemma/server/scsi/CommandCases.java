package io.stemma.server.scsi;

import static io.stemma.server.scsi.CommandCase.forRow;

import io.stemma.server.scsi.CommandCase.Pending;
import io.stemma.server.scsi.CommandCase.Reserved;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The lines that {@link CommandTableTest} reads, one for each row of the command table. */
final class CommandCases {
    private static final String CONTROL = "0a0a2210" + "00".repeat(8);

    private CommandCases() {}

    /** All lines. A family of commands adds a method of its own. */
    static List<CommandCase> all() {
        return Stream.of(
                        conditions(),
                        inventory(),
                        modes(),
                        diagnostics(),
                        reading(),
                        comparing(),
                        hints(),
                        provisioning(),
                        writing(),
                        atomic(),
                        sanitizing(),
                        copying(),
                        ReservationCases.all())
                .flatMap(List::stream)
                .toList();
    }

    private static List<CommandCase> sanitizing() {
        String overwrite = "48 01 0000000000 PPPP 00";
        return List.of(
                forRow("48/01", Reserved.WRITE, overwrite)
                        .takesList("01000002 1234")
                        .zeroIs("5/2400 C7")
                        .refuses("48 41 0000000000 0005 00", "5/2400 C1.6")
                        .refuses("48 01 0000000100 0005 00", "5/2400 C5")
                        .refuses("48 01 0000000000 0205 00", "5/2400 C7")
                        .refusesList(overwrite, "00000002 1234", "5/2600 D0.4")
                        .refusesList(overwrite, "21000002 1234", "5/2600 D0.6")
                        .refusesList(overwrite, "01000003 1234", "5/2600 D2")
                        .refusedWhenProtected(),
                forRow("48/02", Reserved.WRITE, "48 02 0000000000 0000 00")
                        .refuses("48 42 0000000000 0000 00", "5/2400 C1.6")
                        .refuses("48 02 0100000000 0000 00", "5/2400 C2")
                        .refuses("48 02 0000000000 0001 00", "5/2400 C7")
                        .refuses("48 03 0000000000 0000 00", "5/2400 C1.4")
                        .refusedWhenProtected(),
                forRow("48/1f", Reserved.WRITE, "48 1f 0000000000 0000 00")
                        .refuses("48 5f 0000000000 0000 00", "5/2400 C1.6")
                        .refuses("48 1f 0000000000 0001 00", "5/2400 C7")
                        .refusedWhenProtected());
    }

    private static List<CommandCase> copying() {
        String copy = "83 00 0000000000000000 PPPPPPPP 00 00";
        return List.of(
                forRow("83/00", Reserved.WRITE, copy)
                        .takesList("00".repeat(16))
                        .refuses("83 01 0000000000000000 00000000 00 00", "5/2400 C1.4")
                        .refuses("83 00 0000000000000000 00001000 00 00", "5/1a00")
                        .refusesList(copy, "00".repeat(15), "5/1a00")
                        .refusesList(copy, "0008" + "00".repeat(14), "5/2600 D1.4"),
                forRow("84/00", Reserved.READ, "84 00 01 00000000000000 AAAAAAAA 00 00")
                        .given(host -> host.unit.copies().begin(host.nexus, 1))
                        .answers("00000008 00 0000 00 00000000")
                        .refuses("84 00 02 00000000000000 AAAAAAAA 00 00", "5/2400 C2")
                        .refuses("84 01 01 00000000000000 AAAAAAAA 00 00", "5/2400 C1.4")
                        .servedWhenStopped(),
                forRow("84/03", Reserved.READ, "84 03 00 00000000000000 AAAAAAAA 00 00")
                        .answers("0000002a 01000000")
                        .servedWhenStopped(),
                forRow("84/04", Reserved.READ, "84 04 01 00000000000000 AAAAAAAA 00 00")
                        .given(host -> host.unit.copies().begin(host.nexus, 1))
                        .answers("00000000")
                        .refuses("84 04 02 00000000000000 AAAAAAAA 00 00", "5/2400 C2")
                        .servedWhenStopped());
    }

    private static List<CommandCase> conditions() {
        return List.of(
                forRow("00", Reserved.ALWAYS, "00 00 00 00 00 00"),
                forRow("03", Reserved.ALWAYS, "03 00 00 00 AA 00")
                        .answers("70")
                        .servedWhenStopped()
                        .pending(Pending.TAKEN),
                forRow("1b", Reserved.BY_FIELD, "1b 00 00 00 01 00")
                        .refuses("1b 00 00 00 11 00", "5/2400 C4.7")
                        .refuses("1b 00 00 00 f0 00", "5/2400 C4.7")
                        .refuses("1b 00 00 00 02 00", "5/2400 C4.1")
                        .refuses("1b 01 00 00 03 00", "5/2400 C4.1")
                        .servedWhenStopped());
    }

    private static List<CommandCase> inventory() {
        return List.of(
                forRow("12", Reserved.ALWAYS, "12 00 00 AAAA 00")
                        .answers("00 00 06 12 5b")
                        .refuses("12 00 80 AAAA 00", "5/2400 C2")
                        .refuses("12 01 01 AAAA 00", "5/2400 C2")
                        .servedWhenStopped()
                        .pending(Pending.KEPT),
                forRow("a0", Reserved.ALWAYS, "a0 00 00 00 00 00 AAAAAAAA 00 00")
                        .answers("00000008 00000000 0000000000000000")
                        .refuses("a0 00 03 00 00 00 AAAAAAAA 00 00", "5/2400 C2")
                        .servedWhenStopped()
                        .pending(Pending.KEPT),
                forRow("a3/0c", Reserved.READ, "a3 0c 00 00 0000 AAAAAAAA 00 00")
                        .refuses("a3 0c 04 28 0000 AAAAAAAA 00 00", "5/2400 C2.2")
                        .refuses("a3 0c 01 9e 0000 AAAAAAAA 00 00", "5/2400 C2.2")
                        .refuses("a3 0c 02 28 0000 AAAAAAAA 00 00", "5/2400 C2.2")
                        .servedWhenStopped(),
                forRow("a3/0d", Reserved.READ, "a3 0d 80 00 0000 AAAAAAAA 00 00")
                        .refuses("a3 0d 00 00 0000 00000003 00 00", "5/2400 C6")
                        .zeroIs("5/2400 C6")
                        .servedWhenStopped());
    }

    private static List<CommandCase> modes() {
        return List.of(
                forRow("15", Reserved.WRITE, "15 10 00 00 PP 00")
                        .takesList("00000000" + CONTROL)
                        .refuses("15 00 00 00 10 00", "5/2400 C1.4")
                        .refuses("15 11 00 00 10 00", "5/2400 C1.0")
                        .refuses("15 12 00 00 10 00", "5/2400 C1.1")
                        .refusesList("15 10 00 00 PP 00", "000000", "5/1a00")
                        .refusesList("15 10 00 00 PP 00", "00000004 00000000", "5/2600 D3")
                        .refusesList("15 10 00 00 PP 00", "00000000 02", "5/2600 D4.5")
                        .refusesList(
                                "15 10 00 00 PP 00",
                                "00000000" + CONTROL.replace("2210", "2230"),
                                "5/2600 D7.5")
                        .servedWhenStopped(),
                forRow("1a", Reserved.READ, "1a 00 3f 00 AA 00")
                        .refuses("1a 00 ff 00 AA 00", "5/3900")
                        .refuses("1a 00 02 00 AA 00", "5/2400 C2.5")
                        .refuses("1a 00 0a 02 AA 00", "5/2400 C3")
                        .servedWhenStopped(),
                forRow("55", Reserved.WRITE, "55 10 00 00 00 00 00 PPPP 00")
                        .takesList("0000000000000000" + CONTROL)
                        .refuses("55 00 00 00 00 00 00 0014 00", "5/2400 C1.4")
                        .refuses("55 11 00 00 00 00 00 0014 00", "5/2400 C1.0")
                        .refuses("55 12 00 00 00 00 00 0014 00", "5/2400 C1.1")
                        .refusesList("55 10 00 00 00 00 00 PPPP 00", "00000000", "5/1a00")
                        .refusesList(
                                "55 10 00 00 00 00 00 PPPP 00", "0000000000000001 00", "5/2600 D6")
                        .servedWhenStopped(),
                forRow("5a", Reserved.READ, "5a 00 3f 00 00 00 00 AAAA 00")
                        .refuses("5a 00 c8 00 00 00 00 AAAA 00", "5/3900")
                        .refuses("5a 00 02 00 00 00 00 AAAA 00", "5/2400 C2.5")
                        .refuses("5a 00 3f 01 00 00 00 AAAA 00", "5/2400 C3")
                        .servedWhenStopped());
    }

    private static List<CommandCase> diagnostics() {
        String list = "1d 10 00 PPPP 00";
        return List.of(
                forRow("1c", Reserved.READ, "1c 01 00 AAAA 00")
                        .answers("00000001 00")
                        .refuses("1c 01 01 AAAA 00", "5/2400 C2")
                        .servedWhenStopped(),
                forRow("1d", Reserved.WRITE, "1d 04 00 0000 00")
                        .refuses("1d 24 00 0000 00", "5/2400 C1.7")
                        .refuses("1d 40 00 0000 00", "5/2400 C1.7")
                        .refuses("1d 60 00 0000 00", "5/2400 C1.7")
                        .refuses("1d 80 00 0000 00", "5/2400 C1.7")
                        .refuses("1d c0 00 0000 00", "5/2400 C1.7")
                        .refuses("1d e0 00 0000 00", "5/2400 C1.7")
                        .refuses("1d 04 00 0004 00", "5/2400 C3")
                        .refuses("1d a0 00 0004 00", "5/2400 C3")
                        .refuses("1d 00 00 0004 00", "5/2400 C1.4")
                        .refusesList(list, "01000000", "5/2600 D0")
                        .refusesList(list, "000000", "5/1a00")
                        .refusesList(list, "0000000100", "5/1a00")
                        .refusesList(list, "00000001", "5/2600 D2")
                        .servedWhenStopped(),
                forRow("4d", Reserved.ALWAYS, "4d 00 40 00 00 0000 AAAA 00")
                        .answers("00000004 000c102f")
                        .refuses("4d 01 40 00 00 0000 AAAA 00", "5/2400 C1.0")
                        .refuses("4d 00 42 00 00 0000 AAAA 00", "5/2400 C2.5")
                        .refuses("4d 00 50 01 00 0000 AAAA 00", "5/2400 C3")
                        .refuses("4d 00 10 00 00 0000 AAAA 00", "5/2400 C2.7")
                        .refuses("4d 00 d0 00 00 0000 AAAA 00", "5/2400 C2.7")
                        .refuses("4d 00 50 00 00 0015 AAAA 00", "5/2400 C5")
                        .refuses("4d 00 40 00 00 0001 AAAA 00", "5/2400 C5")
                        .servedWhenStopped(),
                forRow("37", Reserved.READ, "37 00 08 00 00 00 00 AAAA 00")
                        .answers("00080000")
                        .refuses("37 00 1d 00 00 00 00 AAAA 00", "1/1c00")
                        .refuses("37 00 16 00 00 00 00 AAAA 00", "1/1c00")
                        .servedWhenStopped(),
                forRow("b7", Reserved.READ, "b7 13 00000000 AAAAAAAA 00 00")
                        .answers("0013000000000000")
                        .refuses("b7 1d 00000000 AAAAAAAA 00 00", "1/1c00")
                        .servedWhenStopped());
    }

    private static List<CommandCase> reading() {
        return List.of(
                forRow("08", Reserved.READ, "08 LLLLLL NN 00"),
                forRow("25", Reserved.ALWAYS, "25 00 00000000 00 0000 00")
                        .answers("000001ff 00000200")
                        .servedWhenStopped(),
                forRow("28", Reserved.READ, "28 00 LLLLLLLL 00 NNNN 00")
                        .refuses("28 20 LLLLLLLL 00 NNNN 00", "5/2400 C1.7")
                        .refuses("28 80 LLLLLLLL 00 NNNN 00", "5/2400 C1.7"),
                forRow("88", Reserved.READ, "88 00 LLLLLLLLLLLLLLLL NNNNNNNN 00 00")
                        .refuses("88 e0 LLLLLLLLLLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7"),
                forRow("9e/10", Reserved.ALWAYS, "9e 10 0000000000000000 AAAAAAAA 00 00")
                        .answers("00000000000001ff 00000200 0003c000")
                        .servedWhenStopped(),
                forRow("9e/12", Reserved.READ, "9e 12 LLLLLLLLLLLLLLLL AAAAAAAA 00 00")
                        .answers("00000014 00000000 0000000000000010 000001f0 01000000"),
                forRow("a8", Reserved.READ, "a8 00 LLLLLLLL NNNNNNNN 00 00")
                        .refuses("a8 40 LLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7"));
    }

    private static List<CommandCase> comparing() {
        return List.of(
                forRow("2f", Reserved.READ, "2f 02 LLLLLLLL 00 NNNN 00")
                        .takesBlocks()
                        .refuses("2f 20 LLLLLLLL 00 NNNN 00", "5/2400 C1.7")
                        .refuses("2f 04 LLLLLLLL 00 NNNN 00", "5/2400 C1.2"),
                forRow("8f", Reserved.READ, "8f 02 LLLLLLLLLLLLLLLL NNNNNNNN 00 00")
                        .takesBlocks()
                        .refuses("8f 20 LLLLLLLLLLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7")
                        .refuses("8f 04 LLLLLLLLLLLLLLLL NNNNNNNN 00 00", "5/2400 C1.2"),
                forRow("af", Reserved.READ, "af 02 LLLLLLLL NNNNNNNN 00 00")
                        .takesBlocks()
                        .refuses("af 20 LLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7")
                        .refuses("af 04 LLLLLLLL NNNNNNNN 00 00", "5/2400 C1.2"));
    }

    private static List<CommandCase> hints() {
        return List.of(
                forRow("34", Reserved.READ, "34 00 LLLLLLLL 00 NNNN 00"),
                forRow("90", Reserved.READ, "90 02 LLLLLLLLLLLLLLLL NNNNNNNN 00 00"),
                forRow("35", Reserved.WRITE, "35 00 LLLLLLLL 00 NNNN 00"),
                forRow("91", Reserved.WRITE, "91 02 LLLLLLLLLLLLLLLL NNNNNNNN 00 00"));
    }

    private static List<CommandCase> provisioning() {
        String unmap = "42 00 00000000 00 PPPP 00";
        return List.of(
                forRow("41", Reserved.WRITE, "41 00 LLLLLLLL 00 NNNN 00")
                        .takes((lba, blocks) -> new byte[CommandCase.BLOCK])
                        .refuses("41 20 LLLLLLLL 00 NNNN 00", "5/2400 C1.7")
                        .refuses("41 10 LLLLLLLL 00 NNNN 00", "5/2400 C1.4")
                        .refuses("41 04 LLLLLLLL 00 NNNN 00", "5/2400 C1.2")
                        .refuses("41 02 LLLLLLLL 00 NNNN 00", "5/2400 C1.1")
                        .zeroIs("5/2400 C7")
                        .refusedWhenProtected(),
                forRow("93", Reserved.WRITE, "93 00 LLLLLLLLLLLLLLLL NNNNNNNN 00 00")
                        .takes((lba, blocks) -> new byte[CommandCase.BLOCK])
                        .refuses("93 20 LLLLLLLLLLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7")
                        .refuses("93 10 LLLLLLLLLLLLLLLL NNNNNNNN 00 00", "5/2400 C1.4")
                        .zeroIs("5/2400 C10")
                        .refusedWhenProtected(),
                forRow("42", Reserved.WRITE, unmap)
                        .takes(CommandCases::unmapList)
                        .withRangeInList()
                        .refuses("42 01 00000000 00 0018 00", "5/2400 C1.0")
                        .refusesList(unmap, "0016001000", "5/1a00")
                        .refusesList(unmap, "0016001000000000" + "00".repeat(8), "5/1a00")
                        .refusesList(unmap, "101610100000000000" + "00".repeat(0x100f), "5/2600 D2")
                        .refusedWhenProtected());
    }

    private static byte[] unmapList(long lba, int blocks) {
        return Host.bytes(
                String.format(Locale.ROOT, "0016001000000000%016x%08x00000000", lba, blocks));
    }

    private static List<CommandCase> writing() {
        return List.of(
                forRow("0a", Reserved.WRITE, "0a LLLLLL NN 00")
                        .takes((lba, n) -> new byte[(n == 0 ? 256 : n) * CommandCase.BLOCK])
                        .refusedWhenProtected(),
                forRow("2a", Reserved.WRITE, "2a 00 LLLLLLLL 00 NNNN 00")
                        .takesBlocks()
                        .refuses("2a 20 LLLLLLLL 00 NNNN 00", "5/2400 C1.7")
                        .refusedWhenProtected(),
                forRow("aa", Reserved.WRITE, "aa 00 LLLLLLLL NNNNNNNN 00 00")
                        .takesBlocks()
                        .refuses("aa 20 LLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7")
                        .refusedWhenProtected(),
                forRow("8a", Reserved.WRITE, "8a 00 LLLLLLLLLLLLLLLL NNNNNNNN 00 00")
                        .takesBlocks()
                        .refuses("8a 20 LLLLLLLLLLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7")
                        .refusedWhenProtected(),
                forRow("2e", Reserved.WRITE, "2e 02 LLLLLLLL 00 NNNN 00")
                        .takesBlocks()
                        .refuses("2e 20 LLLLLLLL 00 NNNN 00", "5/2400 C1.7")
                        .refuses("2e 04 LLLLLLLL 00 NNNN 00", "5/2400 C1.2")
                        .refuses("2e 06 LLLLLLLL 00 NNNN 00", "5/2400 C1.2")
                        .refusedWhenProtected(),
                forRow("ae", Reserved.WRITE, "ae 02 LLLLLLLL NNNNNNNN 00 00")
                        .takesBlocks()
                        .refuses("ae 20 LLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7")
                        .refuses("ae 04 LLLLLLLL NNNNNNNN 00 00", "5/2400 C1.2")
                        .refusedWhenProtected(),
                forRow("8e", Reserved.WRITE, "8e 02 LLLLLLLLLLLLLLLL NNNNNNNN 00 00")
                        .takesBlocks()
                        .refuses("8e 20 LLLLLLLLLLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7")
                        .refuses("8e 06 LLLLLLLLLLLLLLLL NNNNNNNN 00 00", "5/2400 C1.2")
                        .refusedWhenProtected());
    }

    private static List<CommandCase> atomic() {
        return List.of(
                forRow("89", Reserved.WRITE, "89 00 LLLLLLLLLLLLLLLL 000000 NN 00 00")
                        .takes((lba, blocks) -> new byte[2 * blocks * CommandCase.BLOCK])
                        .refuses("89 20 LLLLLLLLLLLLLLLL 000000 NN 00 00", "5/2400 C1.7")
                        .refuses("89 00 LLLLLLLLLLLLLLLL 000000 81 00 00", "5/2400 C13")
                        .refusedWhenProtected(),
                forRow("8b", Reserved.WRITE, "8b 00 LLLLLLLLLLLLLLLL NNNNNNNN 00 00")
                        .takesBlocks()
                        .refuses("8b 20 LLLLLLLLLLLLLLLL NNNNNNNN 00 00", "5/2400 C1.7")
                        .refusedWhenProtected(),
                forRow("9c", Reserved.WRITE, "9c 00 LLLLLLLLLLLLLLLL 0000 NNNN 00 00")
                        .takesBlocks()
                        .refuses("9c 20 LLLLLLLLLLLLLLLL 0000 NNNN 00 00", "5/2400 C1.7")
                        .refuses("9c 00 LLLLLLLLLLLLLLLL 0001 NNNN 00 00", "5/2400 C10")
                        .refuses("9c 00 LLLLLLLLLLLLLLLL 0000 0101 00 00", "5/2400 C12")
                        .refusedWhenProtected());
    }
}
