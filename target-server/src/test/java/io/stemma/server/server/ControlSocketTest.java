package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.server.cli.Administration;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.cli.SocketAdministration;
import io.stemma.server.cli.StemmaCommand;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

class ControlSocketTest {
    /** Answers with what it was asked; refuses to delete. */
    private static final class Echo implements Administration {
        @Override
        public ObjectNode perform(String operation, ObjectNode arguments)
                throws AdministrationException {
            if (operation.endsWith(".delete")) {
                throw new AdministrationException("it is mapped; unmap it first");
            }
            ObjectNode answer = ControlProtocol.JSON.createObjectNode();
            answer.setAll(arguments);
            return answer.put("operation", operation);
        }

        @Override
        public void close() {}
    }

    @Test
    void whatTheCommandLineAsksReachesTheServerAndComesBack(@TempDir Path folder) throws Exception {
        try (ControlSocket socket = ControlSocket.open(folder, new Echo())) {
            assertThat(socket).isNotNull();
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(ControlProtocol.socket(folder))))
                    .isEqualTo("rw-------");
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            CommandLine line =
                    StemmaCommand.commandLine(data -> SocketAdministration.of(data).orElseThrow());
            line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
            assertThat(
                            line.execute(
                                    "volume",
                                    "create",
                                    "v",
                                    "--size",
                                    "1GiB",
                                    "--json",
                                    "--data",
                                    folder.toString()))
                    .isZero();
            ObjectNode answer = (ObjectNode) ControlProtocol.JSON.readTree(out.toString());
            assertThat(answer.path("operation").asText()).isEqualTo("volume.create");
            assertThat(answer.path("size").asText()).isEqualTo("1GiB");
            assertThat(answer.path("blockSize").asInt()).isEqualTo(512);

            assertThat(line.execute("volume", "delete", "v", "--data", folder.toString()))
                    .isEqualTo(1);
            assertThat(err.toString()).isEqualTo("stemma: it is mapped; unmap it first\n");
        }
        assertThat(SocketAdministration.of(folder)).isEmpty();
    }

    @Test
    void aSocketFileLeftByADeadServerIsReplaced(@TempDir Path folder) throws Exception {
        Files.createFile(ControlProtocol.socket(folder));
        try (ControlSocket socket = ControlSocket.open(folder, new Echo())) {
            assertThat(socket).isNotNull();
            assertThat(SocketAdministration.of(folder)).isPresent();
        }
    }
}
