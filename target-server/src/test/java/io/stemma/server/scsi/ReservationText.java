package io.stemma.server.scsi;

import io.stemma.server.scsi.ReserveOut.Action;
import io.stemma.server.scsi.ReserveVerdict.Done;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reservations as tests write them. A state is "A1 B2 * 5A": A registered with key 1, B with 2,
 * reserved with type 5 by A; a request is "PREEMPT A1 2 type 3". A nexus is a letter.
 */
final class ReservationText {
    private ReservationText() {}

    static NexusName nexus(char letter) {
        String port =
                String.format("iqn.2026-11.example:%c,i,0x%012x", letter | 0x20, (long) letter);
        return new NexusName(port, Host.TARGET + ",t,0x0001");
    }

    private static char letter(NexusName name) {
        return (char) TransportId.ofPort(name.initiatorPort()).isid();
    }

    static ReservationState state(String text) {
        Map<NexusName, Long> keys = new LinkedHashMap<>();
        ReservationType type = null;
        NexusName holder = null;
        for (String word : text.isBlank() ? new String[0] : text.split(" ", -1)) {
            if (Character.isDigit(word.charAt(0))) {
                type = ReservationType.of(word.charAt(0) - '0');
                holder = word.length() > 1 ? nexus(word.charAt(1)) : null;
            } else {
                keys.put(nexus(word.charAt(0)), Long.parseLong(word.substring(1)));
            }
        }
        return new ReservationState(0, keys, type, holder, false);
    }

    static String text(ReservationState state) {
        List<String> words = new ArrayList<>();
        new TreeMap<>(byLetter(state.keys()))
                .forEach((letter, key) -> words.add(letter + "" + key));
        ReservationType type = state.type();
        NexusName holder = state.holder();
        if (type != null) {
            words.add(type.code() + (holder == null ? "" : "" + letter(holder)));
        }
        return String.join(" ", words);
    }

    private static <T> Map<Character, T> byLetter(Map<NexusName, T> map) {
        Map<Character, T> letters = new TreeMap<>();
        map.forEach((name, value) -> letters.put(letter(name), value));
        return letters;
    }

    /** "ACTION A1 2 type 5 scope 0 with BC also D": the last words are optional. */
    static ReserveOut request(String text) {
        String[] words = text.split(" ", -1);
        int type = 0;
        int scope = 0;
        boolean unregister = false;
        boolean specified = false;
        List<NexusName> others = List.of();
        List<NexusName> samePort = List.of();
        for (int i = 3; i < words.length; i++) {
            switch (words[i]) {
                case "type" -> type = Integer.parseInt(words[++i]);
                case "scope" -> scope = Integer.parseInt(words[++i]);
                case "unregister" -> unregister = true;
                case "to" -> others = names(words[++i]);
                case "with" -> {
                    specified = true;
                    others = names(words[++i]);
                }
                case "also" -> samePort = names(words[++i]);
                default -> throw new IllegalArgumentException(words[i]);
            }
        }
        return new ReserveOut(
                Action.valueOf(words[0]),
                scope,
                type,
                Long.parseLong(words[1].substring(1)),
                Long.parseLong(words[2]),
                false,
                unregister,
                specified,
                samePort,
                others);
    }

    static NexusName from(String request) {
        return nexus(request.split(" ", -1)[1].charAt(0));
    }

    private static List<NexusName> names(String letters) {
        return letters.chars().mapToObj(c -> nexus((char) c)).toList();
    }

    /** "A1 5A | B:REGISTRATIONS_PREEMPTED | B" or the name of a refusal. */
    static String text(ReserveVerdict verdict) {
        if (!(verdict instanceof Done done)) {
            return verdict.toString();
        }
        StringBuilder all = new StringBuilder(text(done.next()));
        List<String> told = new ArrayList<>();
        byLetter(done.attentions()).forEach((letter, what) -> told.add(letter + ":" + what));
        List<String> aborted =
                done.aborted().stream().map(name -> "" + letter(name)).sorted().toList();
        if (!told.isEmpty() || !aborted.isEmpty()) {
            all.append(" | ").append(String.join(" ", told));
        }
        if (!aborted.isEmpty()) {
            all.append(" | ").append(String.join(" ", aborted));
        }
        return all.toString().strip();
    }
}
