package io.stemma.server.server;

import io.stemma.server.cli.AdministrationException;
import io.stemma.server.iscsi.session.Portal;
import io.stemma.server.metrics.MetricsLimits;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** {@code stemma serve}: runs until it is told to end. */
@CommandLine.Command(
        name = "serve",
        description = {
            "Serves the volumes of a data folder as iSCSI LUNs.",
            "Without a configuration a fresh data folder gets a 1 GiB volume \"demo\"."
        },
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private static final String DEFAULT_LISTEN = "127.0.0.1:3260";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "configuration, see config/samples/stemma.yaml")
    private @Nullable Path config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:STEMMA_DATA:-data}",
            description = "where everything is kept (default: ${DEFAULT-VALUE})")
    private Path data = Path.of("data");

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description =
                    "where initiators reach us, instead of what the configuration says; repeatable"
                            + " (default: 127.0.0.1:3260)")
    private List<String> listen = new ArrayList<>();

    @Option(
            names = "--slow-command-millis",
            paramLabel = "MS",
            description =
                    "commands that take so long are logged and, while a flight recording runs,"
                            + " recorded, instead of what the configuration says (default: 100)")
    private @Nullable Integer slowCommandMillis;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        Path folder = data.toAbsolutePath().normalize();
        try {
            Configuration configuration =
                    config == null ? Configuration.EMPTY : ConfigurationReader.read(config);
            if (slowCommandMillis != null) {
                configuration = configuration.withSlowCommandMillis(slow(slowCommandMillis));
            }
            List<Portal> portals = portals(configuration);
            ControlSocket.checkedPath(folder);
            Backends.makeFolder(folder);
            TargetServer server =
                    TargetServer.start(
                            folder, configuration, config == null, portals, System.getenv());
            say(Welcome.text(server.portals(), server.targets()));
            awaitEnd(server);
            return 0;
        } catch (ConfigurationException refused) {
            complain("the configuration has " + refused.faults().size() + " fault(s):");
            refused.faults().forEach(fault -> complain("  " + fault));
            return 2;
        } catch (IllegalArgumentException refused) {
            complain(Addresses.message(refused));
            return 2;
        } catch (AdministrationException failed) {
            complain(String.valueOf(failed.getMessage()));
            return 1;
        } catch (PoolInUseException owned) {
            complain(
                    Explanation.of(owned)
                            + "; if a server runs there, talk to it with stemma status --data "
                            + folder
                            + ", or end it, or serve another folder with --data DIR");
            return 1;
        } catch (IOException failed) {
            complain(Explanation.of(failed));
            return 1;
        }
    }

    private static int slow(int millis) {
        if (millis < 1 || millis > MetricsLimits.SLOW_MILLIS_MAX) {
            throw new IllegalArgumentException(
                    "--slow-command-millis is "
                            + millis
                            + "; write a number from 1 to "
                            + MetricsLimits.SLOW_MILLIS_MAX);
        }
        return millis;
    }

    private List<Portal> portals(Configuration configuration) {
        if (!listen.isEmpty() || configuration.portals().isEmpty()) {
            List<String> texts = listen.isEmpty() ? List.of(DEFAULT_LISTEN) : listen;
            return texts.stream().map(text -> new Portal(Addresses.parse(text), null, 1)).toList();
        }
        return configuration.portals();
    }

    private static void awaitEnd(TargetServer server) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .name("shutdown")
                                .unstarted(
                                        () -> {
                                            server.close();
                                            ended.countDown();
                                        }));
        ended.await();
    }

    private void say(String text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }

    private void complain(String text) {
        spec.commandLine().getErr().println("stemma: " + text);
        spec.commandLine().getErr().flush();
    }
}
