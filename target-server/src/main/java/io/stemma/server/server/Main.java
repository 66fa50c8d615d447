package io.stemma.server.server;

import io.stemma.server.cli.StemmaCommand;

import picocli.CommandLine;

/** The program: one command line, of which {@code serve} runs the server. */
public final class Main {
    private Main() {}

    /** The command line with all that it can do. */
    static CommandLine commandLine() {
        CommandLine line = StemmaCommand.commandLine(PoolAccess::administration);
        line.addSubcommand(new ServeCommand());
        return line;
    }

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}
