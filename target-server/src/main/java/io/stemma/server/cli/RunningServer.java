package io.stemma.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** What commands share that only a running server can answer. Exit codes: 0, 1, 2. */
abstract class RunningServer implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:STEMMA_DATA:-data}",
            description = "data folder of the server (default: ${DEFAULT-VALUE})")
    private Path data = Path.of("data");

    @Spec private CommandSpec spec = CommandSpec.create();

    /** Asks, and shows what is answered. */
    abstract void run(Administration server, PrintWriter out)
            throws AdministrationException, InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        Path folder = data.toAbsolutePath().normalize();
        PrintWriter out = spec.commandLine().getOut();
        try (Administration server = connect(folder)) {
            run(server, out);
            out.flush();
            return 0;
        } catch (AdministrationException refused) {
            out.flush();
            spec.commandLine().getErr().println("stemma: " + refused.getMessage());
            spec.commandLine().getErr().flush();
            return 1;
        }
    }

    private static Administration connect(Path folder) throws AdministrationException {
        return SocketAdministration.of(folder)
                .orElseThrow(
                        () ->
                                new AdministrationException(
                                        "no server runs on "
                                                + folder
                                                + "; start one with stemma serve, or name its"
                                                + " folder with --data DIR"));
    }

    static ObjectNode ask(Administration server, String operation) throws AdministrationException {
        return server.perform(operation, ControlProtocol.JSON.createObjectNode());
    }
}
