package io.stemma.bench.fairness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The command line.
 *
 * @param program flood, slowdisk, scale or idle
 * @param port of 127.0.0.1 for the server
 * @param rounds of alternating turns, 1 to 99
 * @param seconds of one turn
 * @param operations read, write, in the order in which they are measured
 * @param kinds of flood
 * @param sessions that idle
 * @param writeResult into bench/results
 * @param root the project's folder
 * @param line as it was typed
 */
record FairnessOptions(
        String program,
        int port,
        int rounds,
        double seconds,
        List<String> operations,
        List<Flood> kinds,
        int sessions,
        boolean writeResult,
        Path root,
        String line) {
    static final String USAGE =
            """
            bench/fairness PROGRAM [OPTIONS]
              flood     another session's p99 while one peer floods
              slowdisk  another LUN's p99 on the event loop of a LUN whose disk is slow
              scale     processor time of an operation with 1, 2 and 4 sessions
              idle      memory of thousands of idle sessions
            --port N            of 127.0.0.1 (13460)
            --rounds N          5
            --seconds S         of one turn (2)
            --operations LIST   read,write (flood: read; the others: both)
            --kinds LIST        of flood (all): burn,nop,task,text,drip,deaf,connect
            --sessions N        that idle (10000)
            --write             a page into bench/results\
            """;

    private static final Set<String> PROGRAMS = Set.of("flood", "slowdisk", "scale", "idle");
    private static final List<String> BOTH = List.of("read", "write");

    static FairnessOptions parse(List<String> arguments) {
        if (arguments.isEmpty() || !PROGRAMS.contains(arguments.getFirst())) {
            throw new IllegalArgumentException("name a program");
        }
        String program = arguments.getFirst();
        int port = 13_460;
        int rounds = 5;
        double seconds = 2;
        List<String> operations = program.equals("flood") ? List.of("read") : BOTH;
        List<Flood> kinds = List.of(Flood.values());
        int sessions = 10_000;
        boolean write = false;
        for (int i = 1; i < arguments.size(); i++) {
            String option = arguments.get(i);
            if (option.equals("--write")) {
                write = true;
                continue;
            }
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(option + " is unknown or lacks its value");
            }
            String value = arguments.get(++i);
            switch (option) {
                case "--port" -> port = number(option, value, 1, 65_535);
                case "--rounds" -> rounds = number(option, value, 1, 99);
                case "--seconds" -> seconds = seconds(value);
                case "--operations" -> operations = operations(value);
                case "--kinds" -> kinds = kinds(value);
                case "--sessions" -> sessions = number(option, value, 1, 16_000);
                default -> throw new IllegalArgumentException(option + " is unknown");
            }
        }
        return new FairnessOptions(
                program,
                port,
                rounds,
                seconds,
                operations,
                kinds,
                sessions,
                write,
                Path.of(System.getProperty("stemma.root", ".")),
                "bench/fairness " + String.join(" ", arguments));
    }

    private static int number(String option, String value, int least, int most) {
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // Told below, as a number out of range is.
        }
        throw new IllegalArgumentException(option + " is a number of " + least + " to " + most);
    }

    private static double seconds(String value) {
        try {
            double seconds = Double.parseDouble(value);
            if (seconds >= 0.1 && seconds <= 60) {
                return seconds;
            }
        } catch (NumberFormatException noNumber) {
            // Told below, as a number out of range is.
        }
        throw new IllegalArgumentException("--seconds is 0.1 to 60");
    }

    private static List<String> operations(String value) {
        List<String> operations = List.of(value.split(",", -1));
        if (!BOTH.containsAll(operations)) {
            throw new IllegalArgumentException("--operations are read and write");
        }
        return operations;
    }

    private static List<Flood> kinds(String value) {
        List<Flood> kinds = new ArrayList<>();
        for (String word : value.split(",", -1)) {
            kinds.add(Flood.of(word));
        }
        return List.copyOf(kinds);
    }
}
