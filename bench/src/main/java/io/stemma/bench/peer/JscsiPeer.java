package io.stemma.bench.peer;

import io.stemma.bench.process.Child;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * jSCSI's target in a JVM of its own. Its command window is one command, so a depth above 1 waits
 * in the initiator.
 */
record JscsiPeer() implements Peer {
    @Override
    public String name() {
        return "jscsi";
    }

    @Override
    public String version() {
        return origin(org.jscsi.target.TargetServer.class).getFileName().toString();
    }

    @Override
    public Serving start(Place place) {
        PeerFile.create(place.lun(), place.lunBytes());
        // Only what it needs: another logging backend on the path would tell of every command.
        String classPath =
                Stream.of(
                                JscsiTarget.class,
                                org.jscsi.target.TargetServer.class,
                                org.jscsi.parser.OperationCode.class,
                                org.slf4j.Logger.class)
                        .map(type -> origin(type).toString())
                        .distinct()
                        .collect(Collectors.joining(File.pathSeparator));
        Child child =
                Child.start(
                        place.name(),
                        place.log(),
                        true,
                        Map.of(),
                        JavaProgram.command(
                                classPath,
                                JscsiTarget.class,
                                List.of(
                                        Integer.toString(place.port()),
                                        place.lun().toString(),
                                        Long.toString(place.lunBytes()))));
        try {
            // It serves one connection at a time: a probe of the port would be a connection.
            if (child.process().inputReader().readLine() == null) {
                throw new IllegalStateException("jSCSI's target: " + child.logTail());
            }
            Ports.awaitListener(child, place.port(), 10);
        } catch (IOException broken) {
            child.close();
            throw new UncheckedIOException(broken);
        } catch (RuntimeException failed) {
            child.close();
            throw failed;
        }
        return new Serving(child, JscsiTarget.TARGET, 0);
    }

    private static Path origin(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
