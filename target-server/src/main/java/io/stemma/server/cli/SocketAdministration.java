package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Asks a running server over the socket in its data folder. One connection an operation. */
public final class SocketAdministration implements Administration {
    private final Path socket;

    private SocketAdministration(Path socket) {
        this.socket = socket;
    }

    /** A running server of that data folder, or empty if nobody answers there. */
    public static Optional<Administration> of(Path dataFolder) {
        Path socket = ControlProtocol.socket(dataFolder);
        if (!Files.exists(socket)) {
            return Optional.empty();
        }
        try (SocketChannel probe = connect(socket)) {
            return probe.isConnected()
                    ? Optional.of(new SocketAdministration(socket))
                    : Optional.empty();
        } catch (IOException nobodyListens) {
            return Optional.empty();
        }
    }

    private static SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    @Override
    public ObjectNode perform(String operation, ObjectNode arguments)
            throws AdministrationException {
        ObjectNode request = ControlProtocol.JSON.createObjectNode();
        request.put("operation", operation);
        request.set("arguments", arguments);
        try (SocketChannel channel = connect(socket)) {
            send(channel, request);
            String answer =
                    ControlProtocol.readLine(
                            new BufferedInputStream(Channels.newInputStream(channel)));
            return read(operation, answer);
        } catch (IOException broken) {
            throw new AdministrationException(
                    "the server behind "
                            + socket
                            + " did not answer "
                            + operation
                            + ": it has ended, or was ended meanwhile; its log says why",
                    broken);
        }
    }

    private static void send(SocketChannel channel, ObjectNode request) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public ObjectNode perform(String operation, ObjectNode arguments, Payload payload)
            throws AdministrationException {
        ObjectNode request = ControlProtocol.JSON.createObjectNode();
        request.put("operation", operation).put("stream", true);
        request.set("arguments", arguments);
        try (SocketChannel channel = connect(socket)) {
            send(channel, request);
            return read(operation, new StreamConversation(channel, payload).run());
        } catch (IOException broken) {
            throw new AdministrationException(
                    operation
                            + " was broken off: "
                            + (broken instanceof EOFException
                                    ? "the server has ended, or was ended"
                                    : broken.getMessage()),
                    broken);
        }
    }

    private ObjectNode read(String operation, @org.jspecify.annotations.Nullable String answer)
            throws IOException, AdministrationException {
        if (answer == null) {
            throw new AdministrationException(
                    "the server behind "
                            + socket
                            + " closed the connection during "
                            + operation
                            + "; look whether the change took place before you repeat it");
        }
        JsonNode node = ControlProtocol.JSON.readTree(answer);
        if (node.hasNonNull("error")) {
            throw new AdministrationException(node.get("error").asText());
        }
        if (node.get("result") instanceof ObjectNode result) {
            return result;
        }
        throw new AdministrationException("the server sent an answer that is not understood");
    }

    @Override
    public void close() {}
}
