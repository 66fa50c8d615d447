package io.stemma.bench.libiscsi;

import io.stemma.bench.process.ProcessFigures;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The process that puts the load: told what to do by lines on standard input, it answers each by
 * one line on standard output, and ends when its input ends.
 *
 * <pre>
 * arguments:  PORTAL TARGET-NAME LUN LUN-BYTES TARGET-PID INITIATOR-NAME
 * fill BYTES DEPTH                                    writes the whole unit once
 * run read|write random|sequential BYTES DEPTH SEED RAMP-MILLIS RECORD-MILLIS
 * </pre>
 *
 * <p>The processor time of the target and of this process are taken at the very moments at which
 * counting begins and ends, so that neither start, warm-up nor compilation is charged to a command.
 */
public final class LoadClient {
    private final LoadSession session;
    private final long lunBytes;
    private final long targetPid;
    private final long[] targetMicros = new long[2];
    private final long[] clientMicros = new long[2];
    private int marks;

    private LoadClient(LoadSession session, long lunBytes, long targetPid) {
        this.session = session;
        this.lunBytes = lunBytes;
        this.targetPid = targetPid;
    }

    /**
     * Runs until standard input ends.
     *
     * @param arguments see above
     * @throws IOException if standard input breaks
     */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        long lunBytes = Long.parseLong(arguments[3]);
        try (LoadSession session =
                new LoadSession(
                        arguments[0],
                        arguments[1],
                        Integer.parseInt(arguments[2]),
                        lunBytes,
                        arguments[5])) {
            out.println("ready " + String.join(" ", session.negotiated()));
            new LoadClient(session, lunBytes, Long.parseLong(arguments[4])).serve(out);
        } catch (IllegalStateException failed) {
            out.println("failed " + failed.getMessage());
            System.exit(1);
        }
    }

    private void serve(PrintStream out) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (true) {
            session.idle();
            if (!session.inputWaits()) {
                continue;
            }
            String line = in.readLine();
            if (line == null) {
                return;
            }
            out.println(carryOut(line.split(" ", -1)));
        }
    }

    private String carryOut(String[] words) {
        return switch (words[0]) {
            case "fill" -> fill(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            case "run" -> run(words);
            default -> "failed unknown order " + words[0];
        };
    }

    private String fill(int bytes, int depth) {
        session.run(new Load(true, false, bytes, depth, lunBytes / bytes, 0), 0, 0, () -> {});
        return "filled";
    }

    private String run(String[] words) {
        Load load =
                new Load(
                        words[1].equals("write"),
                        words[2].equals("random"),
                        Integer.parseInt(words[3]),
                        Integer.parseInt(words[4]),
                        Long.MAX_VALUE,
                        Long.parseLong(words[5]));
        marks = 0;
        Counted counted =
                session.run(
                        load,
                        Long.parseLong(words[6]) * 1_000_000,
                        Long.parseLong(words[7]) * 1_000_000,
                        this::mark);
        return String.format(
                Locale.ROOT,
                "ran operations=%d nanos=%d p50=%.1f p99=%.1f max=%.1f target=%d client=%d rss=%d",
                counted.operations(),
                counted.nanos(),
                counted.p50Micros(),
                counted.p99Micros(),
                counted.maxMicros(),
                targetMicros[1] - targetMicros[0],
                clientMicros[1] - clientMicros[0],
                ProcessFigures.residentKib(targetPid));
    }

    private void mark() {
        targetMicros[marks] = ProcessFigures.processorMicros(targetPid);
        clientMicros[marks] = ProcessFigures.processorMicros(ProcessHandle.current().pid());
        marks++;
    }
}
