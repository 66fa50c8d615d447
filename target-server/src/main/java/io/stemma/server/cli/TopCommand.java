package io.stemma.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** {@code stemma top}. */
@CommandLine.Command(
        name = "top",
        description = {
            "What every LUN and session does, interval by interval, while the server runs.",
            "Latencies run from a command's arrival to its answer being handed to the socket."
        },
        mixinStandardHelpOptions = true)
final class TopCommand extends RunningServer {
    private static final int ROWS = 64;

    /** Cursor to the upper left corner, everything behind it cleared. */
    private static final String REDRAW = "\033[H\033[J";

    @Option(
            names = "--interval",
            paramLabel = "S",
            defaultValue = "1",
            description = "seconds between two looks (default: ${DEFAULT-VALUE})")
    private double interval = 1;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "end after so many tables (default: go on)")
    private long count = Long.MAX_VALUE;

    @Option(names = "--opcodes", description = "also show each operation")
    private boolean opcodes;

    @Option(names = "--json", description = "print each table as one line of JSON")
    private boolean json;

    @Override
    void run(Administration server, PrintWriter out)
            throws AdministrationException, InterruptedException {
        long waitMillis = (long) (Math.clamp(interval, 0.1, 3600) * 1000);
        boolean inPlace =
                !json
                        && Optional.ofNullable(System.console())
                                .map(Console::isTerminal)
                                .orElse(false);
        Figures before = look(server);
        for (long shown = 0; shown < count; shown++) {
            TimeUnit.MILLISECONDS.sleep(waitMillis);
            Figures now = look(server);
            Activity activity = now.since(before);
            before = now;
            if (json) {
                out.println(activity.json(opcodes));
            } else {
                out.print((inPlace ? REDRAW : "") + activity.text(opcodes));
            }
            out.flush();
            if (out.checkError()) {
                return;
            }
        }
    }

    private static Figures look(Administration server) throws AdministrationException {
        ObjectNode arguments = ControlProtocol.JSON.createObjectNode().put("most", ROWS);
        return Figures.of(server.perform("metrics.figures", arguments));
    }
}
