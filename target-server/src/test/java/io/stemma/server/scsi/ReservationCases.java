package io.stemma.server.scsi;

import static io.stemma.server.scsi.CommandCase.forRow;

import io.stemma.server.scsi.CommandCase.Reserved;
import io.stemma.server.scsi.ReserveOut.Action;
import io.stemma.server.scsi.ReserveVerdict.Done;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The lines of {@link CommandCases} for reservations and target port groups. */
final class ReservationCases {
    private static final String KEY = "0000000000000001";

    /** The nexus of {@link Host}, and one that is nowhere. */
    private static final NexusName HOST =
            new NexusName("iqn.2026-11.example:host,i,0x000000000001", Host.TARGET + ",t,0x0001");

    private static final String ELSEWHERE = "iqn.2026-11.example:else,i,0x000000000002";

    private ReservationCases() {}

    static List<CommandCase> all() {
        List<CommandCase> all = new ArrayList<>();
        all.add(
                forRow("16", Reserved.OWN_RULES, "16 00 00 00 00 00")
                        .refuses("16 01 00 00 00 00", "5/2400 C1.0")
                        .refuses("16 11 00 00 00 00", "5/2400 C1.4")
                        .servedWhenStopped());
        all.add(
                forRow("17", Reserved.OWN_RULES, "17 00 00 00 00 00")
                        .refuses("17 01 00 00 00 00", "5/2400 C1.0")
                        .refuses("17 10 00 00 00 00", "5/2400 C1.4")
                        .servedWhenStopped());
        all.add(
                forRow("56", Reserved.OWN_RULES, "56 00 00 00 00 00 00 0000 00")
                        .refuses("56 02 00 00 00 00 00 0000 00", "5/2400 C1.1")
                        .refuses("56 12 00 00 00 00 00 0000 00", "5/2400 C1.4")
                        .servedWhenStopped());
        all.add(
                forRow("57", Reserved.OWN_RULES, "57 00 00 00 00 00 00 0000 00")
                        .refuses("57 02 00 00 00 00 00 0000 00", "5/2400 C1.1")
                        .refuses("57 10 00 00 00 00 00 0000 00", "5/2400 C1.4")
                        .servedWhenStopped());
        for (int action = 0; action <= PersistentReserveIn.SERVICE_ACTION_MAX; action++) {
            String code = String.format(Locale.ROOT, "%02x", action);
            all.add(
                    forRow("5e/" + code, Reserved.ALWAYS, "5e " + code + " 00 00 00 00 00 AAAA 00")
                            .answers(action == 2 ? "00081db0ea010000" : "0000000000000000")
                            .servedWhenStopped());
        }
        for (Action action : Action.values()) {
            all.add(action == Action.REGISTER_AND_MOVE ? move() : out(action));
        }
        all.add(
                forRow("a3/0a", Reserved.ALWAYS, "a3 0a 0000 0000 AAAAAAAA 00 00")
                        .answers("0000000c 00010001 00000001 00000001")
                        .refuses("a3 4a 0000 0000 AAAAAAAA 00 00", "5/2400 C1.7")
                        .servedWhenStopped());
        return all;
    }

    /** The host is registered with key 1 before; it asks for key 1, of which others have none. */
    private static CommandCase out(Action action) {
        boolean registers =
                action == Action.REGISTER || action == Action.REGISTER_AND_IGNORE_EXISTING_KEY;
        String code = String.format(Locale.ROOT, "5f %02x %s", action.code(), "03");
        String cdb = code + " 00 00 PPPPPPPP 00";
        CommandCase made =
                forRow("5f/" + code.substring(3, 5), Reserved.OWN_RULES, cdb)
                        .given(host -> set(host, registered()))
                        .takesList(KEY + KEY + "00".repeat(8))
                        .zeroIs("5/1a00")
                        .refusesList(cdb, "00".repeat(23), "5/1a00")
                        .refusesList(cdb, "00".repeat(25), "5/1a00")
                        .servedWhenStopped();
        return registers
                ? made
                : made.refusesList(cdb, "00".repeat(20) + "08000000", "5/2600 D20.3");
    }

    private static CommandCase move() {
        String cdb = "5f 07 00 00 00 PPPPPPPP 00";
        byte[] id = TransportId.ofPort(ELSEWHERE).encoded();
        String length = String.format(Locale.ROOT, "%08x", id.length);
        String there = HexFormat.of().formatHex(id);
        return forRow("5f/07", Reserved.OWN_RULES, cdb)
                .given(
                        host ->
                                set(
                                        host,
                                        registered()
                                                .reserved(ReservationType.EXCLUSIVE_ACCESS, HOST)))
                .takesList(KEY + KEY + "00000001" + length + there)
                .zeroIs("5/1a00")
                .refusesList(cdb, "00".repeat(23), "5/1a00")
                .refusesList(cdb, "00".repeat(24), "5/2600 D20")
                .refusesList(cdb, KEY + KEY + "00000002" + length + there, "5/2600 D18")
                .refusesList(cdb, KEY + KEY + "00000001" + length + there.substring(2), "5/1a00")
                .servedWhenStopped();
    }

    private static ReservationState registered() {
        return new ReservationState(0, Map.of(HOST, 1L), null, null, false);
    }

    /** Reserves for a nexus that is nowhere. */
    static void reserveElsewhere(Host host, ReservationType type) {
        NexusName elsewhere = new NexusName(ELSEWHERE, HOST.targetPort());
        set(
                host,
                new ReservationState(0, Map.of(elsewhere, 7L), null, null, false)
                        .reserved(type, elsewhere));
    }

    /** Sets what a unit has reserved, without a command that it would have to execute. */
    private static void set(Host host, ReservationState state) {
        TestTask task = new TestTask();
        task.begin(host.nexus, new byte[6], new byte[0]);
        host.unit.reservations().change(task, (now, from) -> Done.quietly(state));
    }
}
