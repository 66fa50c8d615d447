package io.stemma.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** What all commands on a pool share: where it is, how the answer is shown. Exit codes: 0, 1, 2. */
abstract class Command implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:STEMMA_DATA:-data}",
            description = "data folder of the server (default: ${DEFAULT-VALUE})")
    private Path data = Path.of("data");

    @Option(names = "--json", description = "print the answer as JSON")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    /** The operation and what it needs. */
    abstract String operation();

    /** Fills in the arguments. */
    abstract void arguments(ObjectNode arguments);

    /** Shows the answer to a person. */
    abstract void show(ObjectNode result, Table out);

    /** Asks; for most it is one question. */
    ObjectNode ask(Administration administration, ObjectNode arguments)
            throws AdministrationException, InterruptedException {
        return administration.perform(operation(), arguments);
    }

    /** Where the answer goes. */
    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Where people are told what goes on. */
    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Ends as a command line that cannot be understood. */
    final ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    @Override
    public final Integer call() throws InterruptedException {
        ObjectNode arguments = ControlProtocol.JSON.createObjectNode();
        arguments(arguments);
        AdministrationSource source = StemmaCommand.source(spec);
        try (Administration administration = source.open(data.toAbsolutePath().normalize())) {
            ObjectNode result = ask(administration, arguments);
            if (json) {
                out().println(result.toPrettyString());
            } else {
                Table table = new Table();
                show(result, table);
                out().print(table.text());
            }
            out().flush();
            return 0;
        } catch (AdministrationException refused) {
            if (json) {
                ObjectNode error = ControlProtocol.JSON.createObjectNode();
                error.put("error", refused.getMessage());
                out().println(error.toPrettyString());
                out().flush();
            } else {
                err().println("stemma: " + refused.getMessage());
                err().flush();
            }
            return 1;
        }
    }
}
