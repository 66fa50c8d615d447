package io.stemma.server.server;

import static io.stemma.server.server.ReservingHost.CONFLICT;
import static io.stemma.server.server.ReservingHost.EXCLUSIVE_ACCESS;
import static io.stemma.server.server.ReservingHost.GOOD;
import static io.stemma.server.server.ReservingHost.PREEMPT_AND_ABORT;
import static io.stemma.server.server.ReservingHost.REGISTER;
import static io.stemma.server.server.ReservingHost.RESERVE;
import static io.stemma.server.server.ReservingHost.WRITE_EXCLUSIVE;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.testing.RawPdu;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** Reservations of two hosts through reconnect, logout, resets and restarts, over connections. */
class ReservationsOverSessionsTest {
    private static final int LOGICAL_UNIT_RESET = 5;
    private static final int TARGET_WARM_RESET = 6;
    private static final int TARGET_COLD_RESET = 7;
    private static final int RESERVE_6 = 0x16;
    private static final int RELEASE_6 = 0x17;
    private static final int NOP_IN = 0x20;

    @TempDir Path folder;

    private static ReservingHost host(SmallServer server, String name, long isid) {
        return new ReservingHost(server.login(name, isid));
    }

    /** A holds exclusive access with key 1. */
    private static void hold(ReservingHost a, boolean persistent) {
        assertThat(a.reserve(REGISTER, 0, 0, 1, persistent)).isEqualTo(GOOD);
        assertThat(a.reserve(RESERVE, EXCLUSIVE_ACCESS, 1, 0, false)).isEqualTo(GOOD);
    }

    @Test
    void aRegistrationSurvivesReinstatementAndIsNotThatOfAnotherIsid() throws Exception {
        try (SmallServer server = new SmallServer(folder);
                ReservingHost a = host(server, "a", 1);
                ReservingHost b = host(server, "b", 2)) {
            hold(a, false);
            try (ReservingHost again = host(server, "a", 1);
                    ReservingHost other = host(server, "a", 5);
                    ReservingHost path = new ReservingHost(server.login("a", 1, SmallServer.TWO))) {
                assertThat(a.initiator.closedByTarget()).isTrue();
                assertThat(again.settle()).isEqualTo(0x062907);
                assertThat(again.write(3, 7)).isEqualTo(GOOD);
                for (ReservingHost out : new ReservingHost[] {b, other, path}) {
                    assertThat(out.write(3, 8)).isEqualTo(CONFLICT);
                    assertThat(out.read(3).status()).isEqualTo(CONFLICT);
                    assertThat(out.keys()).containsExactly(1);
                }
            }
        }
    }

    @Test
    void aRegistrationSurvivesLogoutAndLostConnections() throws Exception {
        try (SmallServer server = new SmallServer(folder);
                ReservingHost b = host(server, "b", 2)) {
            try (ReservingHost a = host(server, "a", 1)) {
                hold(a, false);
                a.logout();
            }
            assertThat(b.write(3, 8)).isEqualTo(CONFLICT);
            try (ReservingHost a = host(server, "a", 1)) {
                a.settle();
                assertThat(a.write(3, 7)).isEqualTo(GOOD);
            }
            Awaitility.await().until(() -> server.sessions() == 1);
            assertThat(b.write(3, 8)).isEqualTo(CONFLICT);
            assertThat(b.keys()).containsExactly(1);
        }
    }

    @Test
    void persistentReservationsSurviveEveryReset() throws Exception {
        try (SmallServer server = new SmallServer(folder);
                ReservingHost a = host(server, "a", 1)) {
            hold(a, false);
            for (int function :
                    new int[] {LOGICAL_UNIT_RESET, TARGET_WARM_RESET, TARGET_COLD_RESET}) {
                try (ReservingHost b = host(server, "b", 2)) {
                    b.settle();
                    assertThat(b.manage(function)).isZero();
                }
                try (ReservingHost c = host(server, "c", 3)) {
                    c.settle();
                    assertThat(c.write(3, 8)).isEqualTo(CONFLICT);
                }
            }
            try (ReservingHost again = host(server, "a", 1)) {
                again.settle();
                assertThat(again.write(3, 7)).isEqualTo(GOOD);
            }
        }
    }

    @Test
    void withAptplTheyAreThereAfterARestart() throws Exception {
        try (SmallServer server = new SmallServer(folder);
                ReservingHost a = host(server, "a", 1)) {
            hold(a, true);
        }
        for (int restarts = 0; restarts < 2; restarts++) {
            try (SmallServer server = new SmallServer(folder);
                    ReservingHost b = host(server, "b", 2);
                    ReservingHost a = host(server, "a", 1);
                    ReservingHost path = new ReservingHost(server.login("a", 1, SmallServer.TWO))) {
                assertThat(b.keys()).containsExactly(1);
                assertThat(b.write(3, 8)).isEqualTo(CONFLICT);
                assertThat(path.write(3, 8)).isEqualTo(CONFLICT);
                assertThat(a.write(3, 7)).isEqualTo(GOOD);
            }
        }
    }

    @Test
    void withoutAptplTheyAreGoneAfterARestart() throws Exception {
        try (SmallServer server = new SmallServer(folder);
                ReservingHost a = host(server, "a", 1)) {
            hold(a, true);
            assertThat(a.reserve(REGISTER, 0, 1, 1, false)).isEqualTo(GOOD);
        }
        try (SmallServer server = new SmallServer(folder);
                ReservingHost b = host(server, "b", 2)) {
            assertThat(b.keys()).isEmpty();
            assertThat(b.write(3, 8)).isEqualTo(GOOD);
        }
    }

    @Test
    void reserveEndsWithReleaseLogoutLossAndResets() throws Exception {
        try (SmallServer server = new SmallServer(folder)) {
            for (String end : new String[] {"release", "logout", "loss", "unit", "warm", "cold"}) {
                try (ReservingHost a = host(server, "a", 1);
                        ReservingHost c =
                                new ReservingHost(server.login("c", 3, SmallServer.TWO))) {
                    a.settle();
                    c.settle();
                    assertThat(a.plain(RESERVE_6).status()).as(end).isEqualTo(GOOD);
                    assertThat(a.write(3, 7)).isEqualTo(GOOD);
                    assertThat(c.write(3, 8)).isEqualTo(CONFLICT);
                    switch (end) {
                        case "release" -> assertThat(a.plain(RELEASE_6).status()).isEqualTo(GOOD);
                        case "logout" -> a.logout();
                        case "loss" -> a.close();
                        case "unit" -> assertThat(c.manage(LOGICAL_UNIT_RESET)).isZero();
                        case "warm" -> assertThat(c.manage(TARGET_WARM_RESET)).isZero();
                        default -> assertThat(a.manage(TARGET_COLD_RESET)).isZero();
                    }
                    Awaitility.await()
                            .until(
                                    () -> {
                                        c.settle();
                                        return c.write(3, 8) == GOOD;
                                    });
                }
            }
        }
    }

    @Test
    void preemptAndAbortAnswersWhenNoWriteOfTheOtherRemains() throws Exception {
        try (SmallServer server = new SmallServer(folder);
                ReservingHost a = host(server, "a", 1);
                ReservingHost b = host(server, "b", 2);
                ReservingHost c = host(server, "c", 3)) {
            a.register(1);
            b.register(2);
            assertThat(b.reserve(RESERVE, WRITE_EXCLUSIVE, 2, 0, false)).isEqualTo(GOOD);
            server.volume.hold();
            b.initiator.send(b.writing(5, 'o'));
            Awaitility.await().until(() -> server.volume.heldCount() == 1);
            a.initiator.send(a.out(PREEMPT_AND_ABORT, WRITE_EXCLUSIVE, 1, 2, false));
            Awaitility.await().until(() -> c.keys().length == 1);
            for (int i = 0; i < 3; i++) {
                a.initiator.send(a.initiator.ping(new byte[0]));
                RawPdu next = a.initiator.receive();
                assertThat(next.opcode()).as("not yet an answer").isEqualTo(NOP_IN);
            }
            server.volume.release();
            assertThat(a.initiator.outcome().status()).isEqualTo(GOOD);
            assertThat(a.write(5, 'n')).isEqualTo(GOOD);
            assertThat(a.read(5).data()).containsOnly('n');
            assertThat(b.settle()).isEqualTo(0x062a05);
            assertThat(b.write(5, 'o')).isEqualTo(CONFLICT);
        }
    }
}
