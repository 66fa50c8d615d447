package io.stemma.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

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
            TargetCommand.class,
            LunCommand.class,
            SessionCommand.class
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
        return commandLine;
    }

    static AdministrationSource source(CommandSpec spec) {
        return ((StemmaCommand) spec.root().userObject()).source;
    }
}
