package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.scsi.ReserveVerdict.Done;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Each service action in each state that makes a difference (SPC-5, 5.13.7 to 5.13.11). */
class ReservationRulesTest {
    private static String judge(String state, String request) {
        return ReservationText.text(
                ReservationRules.judge(
                        ReservationText.state(state == null ? "" : state),
                        ReservationText.request(request),
                        ReservationText.from(request)));
    }

    @ParameterizedTest(name = "[{0}] {1}")
    @CsvSource(
            nullValues = "-",
            value = {
                "-, REGISTER A0 1, A1",
                "-, REGISTER A0 0, ''",
                "-, REGISTER A7 1, CONFLICT",
                "-, REGISTER A7 0, CONFLICT",
                "A1, REGISTER A0 2, CONFLICT",
                "A1, REGISTER A2 2, CONFLICT",
                "A1, REGISTER A1 2, A2",
                "A1 3A, REGISTER A1 2, A2 3A",
                "A1 B2, REGISTER A1 0, B2",
                "A1 B2 1A, REGISTER A1 0, B2",
                "A1 B2 3A, REGISTER A1 0, B2",
                "A1 B2 5A, REGISTER A1 0, B2 | B:RESERVATIONS_RELEASED",
                "A1 B2 6A, REGISTER A1 0, B2 | B:RESERVATIONS_RELEASED",
                "A1 B2 6A, REGISTER B2 0, A1 6A",
                "A1 B2 7, REGISTER A1 0, B2 7",
                "A1 B2 8, REGISTER A1 0, B2 8",
                "A1 8, REGISTER A1 0, ''",
                "A1, REGISTER_AND_IGNORE_EXISTING_KEY A0 2, A2",
                "A1, REGISTER_AND_IGNORE_EXISTING_KEY A9 2, A2",
                "-, REGISTER_AND_IGNORE_EXISTING_KEY A9 2, A2",
                "-, REGISTER_AND_IGNORE_EXISTING_KEY A9 0, ''",
                "A1 B2 5A, REGISTER_AND_IGNORE_EXISTING_KEY A9 0, B2 | B:RESERVATIONS_RELEASED",
                "-, REGISTER A0 1 with BC, A1 B1 C1",
                "B2, REGISTER A0 1 with BCC, A1 B2 C1",
                "A1, REGISTER A1 2 with B, INVALID_ACTION",
                "A1, REGISTER A1 0 with B, INVALID_ACTION",
                "-, REGISTER A0 0 with B, ''",
                "-, REGISTER A0 1 also BC, A1 B1 C1",
                "B2, REGISTER A0 1 also B, CONFLICT",
                "A1 B1, REGISTER A1 3 also BC, A3 B3 C3",
                "A1 B1 C1 5B, REGISTER A1 0 also B, C1 | C:RESERVATIONS_RELEASED",
                "B2, REGISTER_AND_IGNORE_EXISTING_KEY A0 1 also B, A1 B1"
            })
    void registering(String state, String request, String outcome) {
        assertThat(judge(state, request)).isEqualTo(outcome);
    }

    @ParameterizedTest(name = "[{0}] {1}")
    @CsvSource(
            nullValues = "-",
            value = {
                "-, RESERVE A0 0 type 1, CONFLICT",
                "A1, RESERVE A2 0 type 1, CONFLICT",
                "A1, RESERVE A1 0 type 0, INVALID_TYPE",
                "A1, RESERVE A1 0 type 2, INVALID_TYPE",
                "A1, RESERVE A1 0 type 9, INVALID_TYPE",
                "A1, RESERVE A1 0 type 1 scope 1, INVALID_SCOPE",
                "A1, RESERVE A1 0 type 1, A1 1A",
                "A1, RESERVE A1 0 type 3, A1 3A",
                "A1, RESERVE A1 0 type 5, A1 5A",
                "A1, RESERVE A1 0 type 6, A1 6A",
                "A1, RESERVE A1 0 type 7, A1 7",
                "A1, RESERVE A1 0 type 8, A1 8",
                "A1 1A, RESERVE A1 0 type 1, A1 1A",
                "A1 1A, RESERVE A1 0 type 3, CONFLICT",
                "A1 B2 5A, RESERVE B2 0 type 5, CONFLICT",
                "A1 B2 7, RESERVE B2 0 type 7, A1 B2 7",
                "A1 B2 7, RESERVE B2 0 type 8, CONFLICT",
                "-, RELEASE A0 0 type 1, CONFLICT",
                "A1, RELEASE A2 0 type 1, CONFLICT",
                "A1, RELEASE A1 0 type 1, A1",
                "A1 B2 1A, RELEASE B2 0 type 1, A1 B2 1A",
                "A1 B2 1A, RELEASE A1 0 type 3, INVALID_RELEASE",
                "A1 B2 1A, RELEASE A1 0 type 1 scope 1, INVALID_RELEASE",
                "A1 B2 1A, RELEASE A1 0 type 1, A1 B2",
                "A1 B2 3A, RELEASE A1 0 type 3, A1 B2",
                "A1 B2 5A, RELEASE A1 0 type 5, A1 B2 | B:RESERVATIONS_RELEASED",
                "A1 B2 6A, RELEASE A1 0 type 6, A1 B2 | B:RESERVATIONS_RELEASED",
                "A1 B2 7, RELEASE B2 0 type 7, A1 B2 | A:RESERVATIONS_RELEASED",
                "A1 B2 8, RELEASE B2 0 type 8, A1 B2 | A:RESERVATIONS_RELEASED",
                "A1 B2, CLEAR A2 0, CONFLICT",
                "A1 B2, CLEAR C0 0, CONFLICT",
                "A1 B2 C3 3B, CLEAR A1 0, | B:RESERVATIONS_PREEMPTED C:RESERVATIONS_PREEMPTED",
                "A1, CLEAR A1 0, ''"
            })
    void reservingReleasingClearing(String state, String request, String outcome) {
        assertThat(judge(state, request)).isEqualTo(outcome);
    }

    @ParameterizedTest(name = "[{0}] {1}")
    @CsvSource(
            nullValues = "-",
            value = {
                "A1 B2, PREEMPT A2 2 type 1, CONFLICT",
                "A1 B2, PREEMPT C0 2 type 1, CONFLICT",
                "A1 B2, PREEMPT A1 3 type 1, CONFLICT",
                "A1 B2, PREEMPT A1 0 type 1, INVALID_SERVICE_KEY",
                "A1 B2 3B, PREEMPT A1 0 type 3, INVALID_SERVICE_KEY",
                "A1 B2, PREEMPT A1 2 type 9 scope 3, A1 | B:REGISTRATIONS_PREEMPTED",
                "A1 B2, PREEMPT A1 1, B2",
                "A1 B2 3B, PREEMPT A1 2 type 0, INVALID_TYPE",
                "A1 B2 3B, PREEMPT A1 2 type 3 scope 1, INVALID_SCOPE",
                "A1 B2 3B, PREEMPT A1 2 type 3, A1 3A | B:REGISTRATIONS_PREEMPTED",
                "A1 B2 C3 3B, PREEMPT A1 2 type 3, A1 C3 3A | B:REGISTRATIONS_PREEMPTED",
                "A1 B2 C3 3B, PREEMPT A1 2 type 5,"
                        + " A1 C3 5A | B:REGISTRATIONS_PREEMPTED C:RESERVATIONS_RELEASED",
                "A1 B2 C3 3B, PREEMPT A1 3 type 1, A1 B2 3B | C:REGISTRATIONS_PREEMPTED",
                "A1 B2 C2 5B, PREEMPT A1 2 type 5,"
                        + " A1 5A | B:REGISTRATIONS_PREEMPTED C:REGISTRATIONS_PREEMPTED",
                "A1 B1 5A, PREEMPT A1 1 type 6, A1 6A | B:REGISTRATIONS_PREEMPTED",
                "A1 B1 5B, PREEMPT A1 1 type 5, A1 5A | B:REGISTRATIONS_PREEMPTED",
                "A1 B2 C3 7, PREEMPT A1 0 type 3,"
                        + " A1 3A | B:REGISTRATIONS_PREEMPTED C:REGISTRATIONS_PREEMPTED",
                "A1 B2 C3 7, PREEMPT A1 2 type 3, A1 C3 7 | B:REGISTRATIONS_PREEMPTED",
                "A1 7, PREEMPT A1 1, ''",
                "A1 B2 3B, PREEMPT_AND_ABORT A1 2 type 3, A1 3A | B:REGISTRATIONS_PREEMPTED | B",
                "A1 B2, PREEMPT_AND_ABORT A1 2, A1 | B:REGISTRATIONS_PREEMPTED | B",
                "A1 B2 7, PREEMPT_AND_ABORT A1 0 type 7, A1 7 | B:REGISTRATIONS_PREEMPTED | B",
                "A1 B2 3B, PREEMPT_AND_ABORT A1 7 type 3, CONFLICT"
            })
    void preempting(String state, String request, String outcome) {
        assertThat(judge(state, request)).isEqualTo(outcome);
    }

    @ParameterizedTest(name = "[{0}] {1}")
    @CsvSource(
            nullValues = "-",
            value = {
                "A1, REGISTER_AND_MOVE A2 5 to B, CONFLICT",
                "A1, REGISTER_AND_MOVE C0 5 to B, CONFLICT",
                "A1, REGISTER_AND_MOVE A1 5 to B, INVALID_ACTION",
                "A1 B2 3B, REGISTER_AND_MOVE A1 5 to C, CONFLICT",
                "A1 B2 7, REGISTER_AND_MOVE A1 5 to C, CONFLICT",
                "A1 3A, REGISTER_AND_MOVE A1 0 to B, INVALID_SERVICE_KEY",
                "A1 3A, REGISTER_AND_MOVE A1 5 to A, INVALID_DESTINATION",
                "A1 3A, REGISTER_AND_MOVE A1 5 to B, A1 B5 3B",
                "A1 B2 5A, REGISTER_AND_MOVE A1 5 to B, A1 B5 5B",
                "A1 B2 5A, REGISTER_AND_MOVE A1 5 to B unregister, B5 5B"
            })
    void moving(String state, String request, String outcome) {
        assertThat(judge(state, request)).isEqualTo(outcome);
    }

    @Test
    void theGenerationCountsWhatChangesRegistrations() {
        String state = "A1 B2 3A";
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String request :
                List.of(
                        "REGISTER A1 1",
                        "RESERVE A1 0 type 3",
                        "RELEASE A1 0 type 3",
                        "CLEAR A1 0",
                        "PREEMPT A1 2",
                        "PREEMPT_AND_ABORT A1 2",
                        "REGISTER_AND_IGNORE_EXISTING_KEY A1 1",
                        "REGISTER_AND_MOVE A1 5 to B")) {
            Done done =
                    (Done)
                            ReservationRules.judge(
                                    ReservationText.state(state),
                                    ReservationText.request(request),
                                    ReservationText.from(request));
            counts.put(request.split(" ", -1)[0], done.next().generation());
        }
        assertThat(counts)
                .containsExactly(
                        Map.entry("REGISTER", 1),
                        Map.entry("RESERVE", 0),
                        Map.entry("RELEASE", 0),
                        Map.entry("CLEAR", 1),
                        Map.entry("PREEMPT", 1),
                        Map.entry("PREEMPT_AND_ABORT", 1),
                        Map.entry("REGISTER_AND_IGNORE_EXISTING_KEY", 1),
                        Map.entry("REGISTER_AND_MOVE", 1));
    }

    @Test
    void registrantsAreBounded() {
        Map<NexusName, Long> keys = new LinkedHashMap<>();
        for (int i = 0; i < ReservationState.REGISTRANTS_MAX; i++) {
            keys.put(new NexusName("iqn.a:" + i + ",i,0x000000000001", "t"), 1L);
        }
        ReservationState full = new ReservationState(0, keys, null, null, false);
        ReserveOut request = ReservationText.request("REGISTER A0 1");
        assertThat(ReservationRules.judge(full, request, ReservationText.nexus('A')))
                .isEqualTo(ReserveVerdict.Refused.NO_RESOURCES);
    }
}
