package io.stemma.bench.load;

import io.stemma.bench.peer.Peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is to be compared.
 *
 * @param peers in their turn; the first is the one that others are measured against
 * @param control which of them gets a second process, whose ratio to the first is the noise
 * @param subject for which the thresholds are judged
 * @param jobs that run
 * @param rounds of each job
 * @param seconds of each side in each round
 * @param warmupSeconds of each side before the rounds of each job
 * @param lunMib size of every logical unit
 * @param port of the first target; the following ones are taken too
 * @param name in the result's file name
 * @param results folder for it
 * @param root the project's folder
 */
record CompareOptions(
        List<Peer> peers,
        Peer control,
        String subject,
        List<Job> jobs,
        int rounds,
        double seconds,
        double warmupSeconds,
        int lunMib,
        int port,
        String name,
        Path results,
        Path root) {
    static final String USAGE =
            """
            usage: bench/compare [--OPTION VALUE]...
              --peers LIST      of tgt, istgt, jscsi, stemma; the first is the yardstick
                                (tgt,istgt,jscsi,stemma)
              --control PEER    the peer that gets a second process, A/A (the first of --peers)
              --subject PEER    the peer that the thresholds are judged for (stemma)
              --jobs REGEX      which jobs, by name (.)
              --rounds N        1 to 50 (5)
              --seconds S       of each side in each round, 1 to 60; below 3 the processor time is
                                coarse (4)
              --warmup S        of each side before each job, 0 to 60 (10)
              --lun-mib N       size of each LUN, 16 to 4096 (512)
              --port N          the first of 8 ports on 127.0.0.1 (13450)
              --name WORD       in the result's file name (compare)
              --results DIR     where it goes (bench/results)
            jobs: %s
            """
                    .formatted(Job.all().stream().map(Job::name).collect(Collectors.joining(" ")));

    /** Thrown with a sentence for the user. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String sentence) {
            super(sentence);
        }
    }

    private static final Map<String, String> DEFAULTS = defaults();

    private static Map<String, String> defaults() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("peers", "tgt,istgt,jscsi,stemma");
        values.put("control", "");
        values.put("subject", "stemma");
        values.put("jobs", ".");
        values.put("rounds", "5");
        values.put("seconds", "4");
        values.put("warmup", "10");
        values.put("lun-mib", "512");
        values.put("port", "13450");
        values.put("name", "compare");
        values.put("results", "");
        return values;
    }

    static CompareOptions parse(List<String> arguments, Path root) throws Refused {
        Map<String, String> values = new LinkedHashMap<>(DEFAULTS);
        for (int i = 0; i < arguments.size(); i += 2) {
            String key = arguments.get(i);
            if (!key.startsWith("--") || !values.containsKey(key.substring(2))) {
                throw new Refused("unknown option " + key);
            }
            if (i + 1 == arguments.size()) {
                throw new Refused(key + " needs a value");
            }
            values.put(key.substring(2), arguments.get(i + 1));
        }
        return of(values, root);
    }

    private static CompareOptions of(Map<String, String> values, Path root) throws Refused {
        List<Peer> peers = new ArrayList<>();
        for (String name : Arrays.asList(text(values, "peers").split(",", -1))) {
            peers.add(peer(name));
        }
        String control = text(values, "control");
        Pattern jobs = Pattern.compile(text(values, "jobs"));
        List<Job> chosen =
                Job.all().stream().filter(job -> jobs.matcher(job.name()).find()).toList();
        if (chosen.isEmpty()) {
            throw new Refused("no job is called " + jobs);
        }
        if (!text(values, "name").matches("[A-Za-z0-9._-]{1,40}")) {
            throw new Refused("--name takes letters, digits, dot, dash and underscore");
        }
        String results = text(values, "results");
        return new CompareOptions(
                List.copyOf(peers),
                control.isEmpty() ? peers.getFirst() : peer(control),
                text(values, "subject"),
                chosen,
                (int) number(values, "rounds", 1, 50),
                number(values, "seconds", 1, 60),
                number(values, "warmup", 0, 60),
                (int) number(values, "lun-mib", 16, 4096),
                (int) number(values, "port", 1024, 65_000),
                text(values, "name"),
                results.isEmpty() ? root.resolve("bench/results") : Path.of(results),
                root);
    }

    private static Peer peer(String name) throws Refused {
        return Peer.ALL.stream()
                .filter(peer -> peer.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refused("unknown peer " + name));
    }

    private static String text(Map<String, String> values, String key) {
        return values.getOrDefault(key, "");
    }

    private static double number(Map<String, String> values, String key, double least, double most)
            throws Refused {
        try {
            double number = Double.parseDouble(text(values, key));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new Refused("--" + key + " takes a number, not " + text(values, key));
        }
        throw new Refused("--" + key + " goes from " + (long) least + " to " + (long) most);
    }
}
