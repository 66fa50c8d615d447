package io.stemma.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The root of the command line. */
@Command(
        name = "stemma",
        description = "Serves iSCSI LUNs that carry their own copies.",
        mixinStandardHelpOptions = true,
        version = "stemma 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StatusCommand.class,
            VolumeCommand.class,
            SnapshotCommand.class,
            MergeCommand.class,
            TargetCommand.class,
            LunCommand.class,
            SessionCommand.class,
            TopCommand.class,
            MetricsCommand.class
        })
public final class StemmaCommand {
    private final AdministrationSource source;

    private StemmaCommand(AdministrationSource source) {
        this.source = source;
    }

    /** The whole command line; {@code serve} is added by whoever can serve. */
    public static CommandLine commandLine(AdministrationSource source) {
        CommandLine commandLine = new CommandLine(new StemmaCommand(source));
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler(StemmaCommand::failedInside);
        return commandLine;
    }

    /** Our own fault: said in a line, with the trace for whoever mends it. Exit code 1. */
    private static int failedInside(Exception failed, CommandLine line, ParseResult parsed) {
        line.getErr().println("stemma: failed inside, please report this: " + failed);
        failed.printStackTrace(line.getErr());
        line.getErr().flush();
        return 1;
    }

    static AdministrationSource source(CommandSpec spec) {
        return ((StemmaCommand) spec.root().userObject()).source;
    }
}
