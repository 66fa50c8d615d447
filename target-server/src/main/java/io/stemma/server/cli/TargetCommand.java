package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code stemma target ...}. */
@CommandLine.Command(
        name = "target",
        description = "iSCSI targets and who may log in to them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TargetCommand.Create.class,
            TargetCommand.Set.class,
            TargetCommand.ListTargets.class,
            TargetCommand.Show.class,
            TargetCommand.Delete.class
        })
final class TargetCommand {
    private TargetCommand() {}

    /** A CHAP account; the secret is named, never written. */
    static final class Account {
        @Option(names = "--chap-user", required = true, paramLabel = "NAME")
        private String user = "";

        @Option(
                names = "--chap-secret-file",
                paramLabel = "FILE",
                description = "file that holds the secret")
        private @Nullable Path file;

        @Option(
                names = "--chap-secret-env",
                paramLabel = "VARIABLE",
                description = "environment variable of the server that holds it")
        private @Nullable String environment;
    }

    /** The account that the target proves. */
    static final class Mutual {
        @Option(names = "--mutual-user", required = true, paramLabel = "NAME")
        private String user = "";

        @Option(names = "--mutual-secret-file", paramLabel = "FILE")
        private @Nullable Path file;

        @Option(names = "--mutual-secret-env", paramLabel = "VARIABLE")
        private @Nullable String environment;
    }

    private static ObjectNode account(
            String user, @Nullable Path file, @Nullable String environment) {
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        node.put("user", user);
        if (file != null) {
            node.put("secretFile", file.toAbsolutePath().normalize().toString());
        }
        if (environment != null) {
            node.put("secretEnvironment", environment);
        }
        return node;
    }

    /** What create and set share: who may log in. */
    abstract static class WithAccess extends Command {
        @Parameters(
                index = "0",
                paramLabel = "NAME",
                description = "like iqn.2026-11.com.example:disks")
        private String name = "";

        @Option(names = "--alias", paramLabel = "TEXT", description = "a name for people")
        private @Nullable String alias;

        @Option(
                names = "--initiator",
                paramLabel = "PATTERN",
                description = "initiator name that may log in; * and ? match; repeatable")
        private List<String> initiators = new ArrayList<>();

        @Option(
                names = "--network",
                paramLabel = "CIDR",
                description = "network initiators may come from, like 10.0.0.0/8; repeatable")
        private List<String> networks = new ArrayList<>();

        @ArgGroup(exclusive = false, multiplicity = "0..*")
        private List<Account> accounts = new ArrayList<>();

        @ArgGroup(exclusive = false, multiplicity = "0..1")
        private @Nullable Mutual mutual;

        @Spec private CommandSpec command = CommandSpec.create();

        @Override
        void arguments(ObjectNode arguments) {
            if (mutual != null && accounts.isEmpty()) {
                throw new ParameterException(
                        command.commandLine(),
                        "--mutual-user needs --chap-user too: an initiator proves itself first");
            }
            arguments.put("name", name);
            if (alias != null) {
                arguments.put("alias", alias);
            }
            put(arguments, "initiators", initiators);
            put(arguments, "networks", networks);
            if (!accounts.isEmpty()) {
                ObjectNode chap = arguments.putObject("chap");
                ArrayNode list = chap.putArray("accounts");
                accounts.forEach(a -> list.add(account(a.user, a.file, a.environment)));
                if (mutual != null) {
                    chap.set("mutual", account(mutual.user, mutual.file, mutual.environment));
                }
            }
        }

        CommandSpec command() {
            return command;
        }

        private static void put(ObjectNode arguments, String key, List<String> values) {
            if (!values.isEmpty()) {
                ArrayNode list = arguments.putArray(key);
                values.forEach(list::add);
            }
        }
    }

    @CommandLine.Command(
            name = "create",
            description = "Makes a target without logical units.",
            mixinStandardHelpOptions = true)
    static final class Create extends WithAccess {
        @Override
        String operation() {
            return "target.create";
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row("created " + result.path("name").asText());
        }
    }

    @CommandLine.Command(
            name = "set",
            description = {
                "Replaces what is named, each list as a whole; the rest stays.",
                "Sessions that are logged in stay so."
            },
            mixinStandardHelpOptions = true)
    static final class Set extends WithAccess {
        @Option(names = "--any-initiator", description = "every initiator name may log in")
        private boolean anyInitiator;

        @Option(names = "--any-network", description = "from every network")
        private boolean anyNetwork;

        @Option(names = "--no-chap", description = "without a secret, either way")
        private boolean noChap;

        @Override
        void arguments(ObjectNode arguments) {
            super.arguments(arguments);
            clear(arguments, anyInitiator, "initiators", "--any-initiator", "--initiator");
            clear(arguments, anyNetwork, "networks", "--any-network", "--network");
            clear(arguments, noChap, "chap", "--no-chap", "--chap-user");
            if (arguments.size() == 1) {
                throw new ParameterException(
                        command().commandLine(), "nothing to change; --help names the options");
            }
        }

        private void clear(
                ObjectNode arguments, boolean asked, String key, String option, String other) {
            if (asked && arguments.has(key)) {
                throw new ParameterException(
                        command().commandLine(), option + " and " + other + " contradict");
            }
            if (asked && key.equals("chap")) {
                arguments.putNull(key);
            } else if (asked) {
                arguments.putArray(key);
            }
        }

        @Override
        String operation() {
            return "target.set";
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row("changed " + result.path("name").asText());
        }
    }

    @CommandLine.Command(
            name = "list",
            description = "All targets.",
            mixinStandardHelpOptions = true)
    static final class ListTargets extends Command {
        @Override
        String operation() {
            return "target.list";
        }

        @Override
        void arguments(ObjectNode arguments) {}

        @Override
        void show(ObjectNode result, Table out) {
            out.row("NAME", "LUNS", "AUTHENTICATION", "FROM");
            for (JsonNode target : result.path("targets")) {
                out.row(
                        target.path("name").asText(),
                        String.valueOf(target.path("luns").size()),
                        target.has("chap") ? "CHAP" : "none",
                        target.path("origin").asText());
            }
        }
    }

    @CommandLine.Command(
            name = "show",
            description = "Everything about one target; secrets stay secret.",
            mixinStandardHelpOptions = true)
    static final class Show extends Command {
        @Parameters(index = "0", paramLabel = "NAME", description = "name of the target")
        private String name = "";

        @Override
        String operation() {
            return "target.show";
        }

        @Override
        void arguments(ObjectNode arguments) {
            arguments.put("name", name);
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row(result.toPrettyString());
        }
    }

    @CommandLine.Command(
            name = "delete",
            description = "Deletes a target; its sessions are closed, its volumes stay.",
            mixinStandardHelpOptions = true)
    static final class Delete extends Command {
        @Parameters(index = "0", paramLabel = "NAME", description = "name of the target")
        private String name = "";

        @Override
        String operation() {
            return "target.delete";
        }

        @Override
        void arguments(ObjectNode arguments) {
            arguments.put("name", name);
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row("deleted " + name);
        }
    }
}
