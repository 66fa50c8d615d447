package io.stemma.server.cli;

import picocli.CommandLine;

import java.io.PrintWriter;

/** {@code stemma metrics}. */
@CommandLine.Command(
        name = "metrics",
        description = "The counters and latencies of a running server in Prometheus's format.",
        mixinStandardHelpOptions = true)
final class MetricsCommand extends RunningServer {
    @Override
    void run(Administration server, PrintWriter out) throws AdministrationException {
        out.print(ask(server, "metrics.prometheus").path("text").asText());
    }
}
