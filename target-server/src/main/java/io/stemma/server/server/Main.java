package io.stemma.server.server;

import io.stemma.server.cli.StemmaCommand;

import picocli.CommandLine;

import java.util.Arrays;

/** The program: one command line, of which {@code serve} runs the server. */
public final class Main {
    private static final String LOG_LEVEL = "STEMMA_LOG_LEVEL";

    private Main() {}

    /** The command line with all that it can do. */
    static CommandLine commandLine() {
        CommandLine line = StemmaCommand.commandLine(PoolAccess::administration);
        line.addSubcommand(new ServeCommand());
        line.addSubcommand(new CheckCommand());
        return line;
    }

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] arguments) {
        if (!Arrays.asList(arguments).contains("serve") && System.getenv(LOG_LEVEL) == null) {
            // A command's answer stands alone; the first logger reads this.
            System.setProperty(LOG_LEVEL, "WARN");
        }
        System.exit(commandLine().execute(arguments));
    }
}
