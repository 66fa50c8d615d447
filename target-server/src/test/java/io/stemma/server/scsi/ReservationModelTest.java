package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.scsi.CommandRow.UnderReservation;
import io.stemma.server.scsi.ReserveVerdict.Done;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Random programs against a plain reading of the standard, written without looking at ours. */
class ReservationModelTest {
    private static final String NEXUSES = "ABCD";
    private static final int STEPS = 20_000;
    private static final String[] ACTIONS = {
        "REGISTER",
        "REGISTER",
        "REGISTER_AND_IGNORE_EXISTING_KEY",
        "RESERVE",
        "RESERVE",
        "RELEASE",
        "CLEAR",
        "PREEMPT",
        "PREEMPT",
        "PREEMPT_AND_ABORT",
        "REGISTER_AND_MOVE"
    };

    /** One unit as an administrator would keep it on paper: keys[n] is 0 where n is not there. */
    private static final class Paper {
        final int[] keys = new int[NEXUSES.length()];
        int type;
        int holder = -1;

        boolean all() {
            return type >= 7;
        }

        boolean holds(int n) {
            return type != 0 && (all() ? keys[n] != 0 : holder == n);
        }

        boolean alone() {
            int count = 0;
            for (int key : keys) {
                count += key != 0 ? 1 : 0;
            }
            return count == 1;
        }

        void free() {
            type = 0;
            holder = -1;
        }

        void take(int n, int newType) {
            type = newType;
            holder = newType >= 7 ? -1 : n;
        }

        /** Who is told what, or "no" and why, in the words of {@link ReservationText}. */
        String run(
                String action, int n, int key, int service, int wanted, int to, Set<String> told) {
            boolean ignoring = action.equals("REGISTER_AND_IGNORE_EXISTING_KEY");
            boolean registering = ignoring || action.equals("REGISTER");
            if (!ignoring && keys[n] != key) {
                return "CONFLICT";
            }
            if (!registering && keys[n] == 0) {
                return "CONFLICT";
            }
            return switch (action) {
                case "RESERVE" -> reserve(n, wanted);
                case "RELEASE" -> release(n, wanted, told);
                case "CLEAR" -> clear(n, told);
                case "PREEMPT", "PREEMPT_AND_ABORT" -> preempt(n, service, wanted, told);
                case "REGISTER_AND_MOVE" -> move(n, service, to);
                default -> register(n, service, told);
            };
        }

        private String register(int n, int service, Set<String> told) {
            if (service == 0 && holds(n)) {
                boolean shared = type == 5 || type == 6;
                if (!all() || alone()) {
                    free();
                    for (int i = 0; shared && i < keys.length; i++) {
                        if (i != n && keys[i] != 0) {
                            told.add(NEXUSES.charAt(i) + ":RESERVATIONS_RELEASED");
                        }
                    }
                }
            }
            keys[n] = service;
            return "";
        }

        private String reserve(int n, int wanted) {
            if (ReservationType.of(wanted) == null) {
                return "INVALID_TYPE";
            }
            if (type == 0) {
                take(n, wanted);
                return "";
            }
            return holds(n) && type == wanted ? "" : "CONFLICT";
        }

        private String release(int n, int wanted, Set<String> told) {
            if (!holds(n)) {
                return "";
            }
            if (wanted != type) {
                return "INVALID_RELEASE";
            }
            for (int i = 0; type >= 5 && i < keys.length; i++) {
                if (i != n && keys[i] != 0) {
                    told.add(NEXUSES.charAt(i) + ":RESERVATIONS_RELEASED");
                }
            }
            free();
            return "";
        }

        private String clear(int n, Set<String> told) {
            for (int i = 0; i < keys.length; i++) {
                if (i != n && keys[i] != 0) {
                    told.add(NEXUSES.charAt(i) + ":RESERVATIONS_PREEMPTED");
                }
                keys[i] = 0;
            }
            free();
            return "";
        }

        private String preempt(int n, int victim, int wanted, Set<String> told) {
            boolean everybody = victim == 0 && type != 0 && all();
            if (victim == 0 && !everybody) {
                return "INVALID_SERVICE_KEY";
            }
            boolean takes = everybody || (type != 0 && !all() && keys[holder] == victim);
            if (takes && ReservationType.of(wanted) == null) {
                return "INVALID_TYPE";
            }
            boolean any = everybody;
            boolean changed = takes && type != wanted;
            for (int i = 0; i < keys.length; i++) {
                boolean named = keys[i] != 0 && (everybody || keys[i] == victim);
                any |= named;
                if (named && !(takes && i == n)) {
                    keys[i] = 0;
                    if (i != n) {
                        told.add(NEXUSES.charAt(i) + ":REGISTRATIONS_PREEMPTED");
                    }
                } else if (changed && i != n && keys[i] != 0) {
                    told.add(NEXUSES.charAt(i) + ":RESERVATIONS_RELEASED");
                }
            }
            if (!any) {
                return "CONFLICT";
            }
            if (takes) {
                take(n, wanted);
            } else if (all() && noneLeft()) {
                free();
            }
            return "";
        }

        private boolean noneLeft() {
            for (int key : keys) {
                if (key != 0) {
                    return false;
                }
            }
            return true;
        }

        private String move(int n, int service, int to) {
            if (type == 0) {
                return "INVALID_ACTION";
            }
            if (all() || holder != n) {
                return "CONFLICT";
            }
            if (service == 0) {
                return "INVALID_SERVICE_KEY";
            }
            if (to == n) {
                return "INVALID_DESTINATION";
            }
            keys[to] = service;
            holder = to;
            return "";
        }

        /** Whether a nexus may read or write. */
        boolean lets(int n, boolean writes) {
            boolean onlyWritesAreForbidden = type == 1 || type == 5 || type == 7;
            boolean registrantsAreIn = type >= 5;
            return type == 0
                    || holds(n)
                    || (registrantsAreIn && keys[n] != 0)
                    || (onlyWritesAreForbidden && !writes);
        }

        String text() {
            List<String> words = new ArrayList<>();
            for (int i = 0; i < keys.length; i++) {
                if (keys[i] != 0) {
                    words.add(NEXUSES.charAt(i) + "" + keys[i]);
                }
            }
            if (type != 0) {
                words.add(type + (holder < 0 ? "" : "" + NEXUSES.charAt(holder)));
            }
            return String.join(" ", words);
        }
    }

    @Test
    void randomProgramsEndAsOnPaper() {
        long seed = Long.getLong("stemma.seed", System.nanoTime());
        System.out.println("[reservations] stemma.seed=" + seed);
        Random random = new Random(seed);
        Paper paper = new Paper();
        ReservationState state = ReservationState.NONE;
        for (int step = 0; step < STEPS; step++) {
            int n = random.nextInt(NEXUSES.length());
            int key = random.nextInt(6) == 0 ? random.nextInt(4) : paper.keys[n];
            int service = random.nextInt(4);
            int type = random.nextInt(4) == 0 ? random.nextInt(10) : 1 + random.nextInt(8);
            int to = random.nextInt(NEXUSES.length());
            String action = ACTIONS[random.nextInt(ACTIONS.length)];
            String request =
                    String.format(
                            "%s %c%d %d type %d", action, NEXUSES.charAt(n), key, service, type);
            if (action.equals("REGISTER_AND_MOVE")) {
                request += " to " + NEXUSES.charAt(to);
            }
            String before = paper.text();
            TreeSet<String> told = new TreeSet<>();
            String expected = paper.run(action, n, key, service, type, to, told);
            ReserveVerdict verdict =
                    ReservationRules.judge(
                            state, ReservationText.request(request), ReservationText.from(request));
            String as = "step " + step + " [" + before + "] " + request;
            if (verdict instanceof Done done) {
                state = done.next();
                assertThat(expected).as(as).isEmpty();
                assertThat(done.attentions()).as(as).hasSameSizeAs(told);
                told.forEach(one -> assertThat(ReservationText.text(done)).as(as).contains(one));
            } else {
                assertThat(verdict.toString()).as(as).isEqualTo(expected);
            }
            assertThat(ReservationText.text(state)).as(as).isEqualTo(paper.text());
            compareAccess(paper, state, as);
        }
    }

    private static void compareAccess(Paper paper, ReservationState state, String as) {
        ReservationGuard guard = ReservationGuard.of(state, null);
        byte[] cdb = new byte[16];
        for (int n = 0; n < NEXUSES.length(); n++) {
            NexusName name = ReservationText.nexus(NEXUSES.charAt(n));
            TestNexus nexus = new TestNexus(name.initiatorPort());
            for (boolean writes : new boolean[] {false, true}) {
                UnderReservation rule = writes ? UnderReservation.WRITES : UnderReservation.READS;
                boolean conflicts = guard != null && guard.conflicts(rule, cdb, nexus);
                assertThat(conflicts).as(as + ", " + n + writes).isEqualTo(!paper.lets(n, writes));
            }
        }
    }
}
