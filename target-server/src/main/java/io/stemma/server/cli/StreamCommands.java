package io.stemma.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.runtime.ByteSize;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** {@code stemma snapshot export} and {@code import}. Files are those of whoever types. */
final class StreamCommands {
    private StreamCommands() {}

    @CommandLine.Command(
            name = "export",
            description = {
                "Writes a snapshot as a stream, whole or as what changed since an older one.",
                "FILE must not exist; it has its name once all is in it and durable."
            },
            mixinStandardHelpOptions = true)
    static final class ExportSnapshot extends SnapshotCommand.OnSnapshot {
        @Parameters(index = "1", paramLabel = "FILE", description = "where to; - is the output")
        private String file = "-";

        @Option(
                names = "--base",
                paramLabel = "VOLUME@OLDER",
                description = "only what changed since that one, which the other side has")
        private String base = "";

        ExportSnapshot() {
            super("snapshot.export");
        }

        @Override
        void arguments(ObjectNode arguments) {
            super.arguments(arguments);
            arguments.put("base", base);
        }

        /** The stream has the output for itself. */
        @Override
        PrintWriter out() {
            return file.equals("-") ? err() : super.out();
        }

        @Override
        ObjectNode ask(Administration administration, ObjectNode arguments)
                throws AdministrationException {
            try {
                return file.equals("-")
                        ? into(administration, arguments, Channels.newChannel(System.out))
                        : intoFile(administration, arguments, Path.of(file));
            } catch (IOException failed) {
                throw new AdministrationException("writing " + file + ": " + failed, failed);
            }
        }

        private ObjectNode into(
                Administration administration, ObjectNode arguments, WritableByteChannel out)
                throws AdministrationException {
            return administration.perform(
                    operation(), arguments, new ChannelPayload(null, out, name(), err()));
        }

        private ObjectNode intoFile(Administration administration, ObjectNode arguments, Path path)
                throws AdministrationException, IOException {
            if (Files.exists(path)) {
                throw new AdministrationException(
                        path + " exists; name another file, or remove that one");
            }
            Path part = path.resolveSibling(path.getFileName() + ".part");
            try (FileChannel out =
                    FileChannel.open(
                            part,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                ObjectNode result = into(administration, arguments, out);
                out.force(true);
                Files.move(part, path);
                return result;
            } finally {
                Files.deleteIfExists(part);
            }
        }

        @Override
        void show(ObjectNode result, Table out) {
            String since = result.path("base").asText();
            out.row(
                    "exported "
                            + name()
                            + (since.isEmpty() ? "" : " since " + since)
                            + ": "
                            + ByteSize.format(result.path("dataBytes").asLong())
                            + " of data in "
                            + result.path("records").asLong()
                            + " records");
        }
    }

    @CommandLine.Command(
            name = "import",
            description = {
                "Takes in a stream: a whole one into a new volume, a difference onto a volume that"
                        + " is as the older snapshot was.",
                "At its end the volume gets a snapshot of the same name."
            },
            mixinStandardHelpOptions = true)
    static final class ImportSnapshot extends Command {
        @Parameters(index = "0", paramLabel = "FILE", description = "the stream; - is the input")
        private String file = "-";

        @Option(
                names = "--as",
                paramLabel = "NEW_VOLUME",
                description = "name of the new volume (default: as it was called)")
        private String as = "";

        @Option(
                names = "--onto",
                paramLabel = "VOLUME",
                description = "the volume to bring a difference onto (default: as it was called)")
        private String onto = "";

        @Option(names = "--resume", description = "go on with an import that was broken off")
        private boolean resume;

        @Option(
                names = "--force-revert",
                description =
                        "revert the volume to the older snapshot first; what is in no snapshot is"
                                + " lost")
        private boolean forceRevert;

        @Option(
                names = "--write-through",
                description = "the new volume acknowledges a write only when it is durable")
        private boolean writeThrough;

        @Override
        String operation() {
            return "snapshot.import";
        }

        @Override
        void arguments(ObjectNode arguments) {
            if (!as.isEmpty() && !onto.isEmpty()) {
                throw wrong("--as makes a new volume, --onto takes one that is there: give one");
            }
            arguments.put("as", as).put("onto", onto).put("resume", resume);
            arguments.put("forceRevert", forceRevert).put("writeThrough", writeThrough);
        }

        @Override
        ObjectNode ask(Administration administration, ObjectNode arguments)
                throws AdministrationException {
            try (ReadableByteChannel in =
                    Channels.newChannel(file.equals("-") ? System.in : new FileInputStream(file))) {
                return administration.perform(
                        operation(), arguments, new ChannelPayload(in, null, file, err()));
            } catch (IOException failed) {
                throw new AdministrationException(
                        "reading " + file + ": " + failed.getMessage(), failed);
            }
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row(
                    "imported "
                            + result.path("exportedAs").asText()
                            + " as "
                            + result.path("name").asText()
                            + ": "
                            + ByteSize.format(result.path("dataBytes").asLong())
                            + " of data in "
                            + result.path("records").asLong()
                            + " records");
        }
    }
}
