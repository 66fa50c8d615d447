package io.stemma.server.server;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.server.cli.Administration;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlFrames;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.cli.Payload;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Listens on the socket in the data folder, which only its owner can open, and hands each request
 * to the administration. A virtual thread a connection, at most {@link #CONNECTIONS_MAX}.
 */
final class ControlSocket implements AutoCloseable {
    /** Connections at one time; the next waits in the listen queue. */
    static final int CONNECTIONS_MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);

    private final Path path;
    private final Administration administration;
    private final ServerSocketChannel channel;
    private final Set<SocketChannel> streams = ConcurrentHashMap.newKeySet();
    private final Semaphore room = new Semaphore(CONNECTIONS_MAX);

    private ControlSocket(Path path, Administration administration, ServerSocketChannel channel) {
        this.path = path;
        this.administration = administration;
        this.channel = channel;
    }

    /**
     * Where the socket will be.
     *
     * @throws IOException if Linux cannot take a path of that length
     */
    static Path checkedPath(Path dataFolder) throws IOException {
        Path path = ControlProtocol.socket(dataFolder);
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > ControlProtocol.SOCKET_PATH_BYTES_MAX) {
            throw new IOException(
                    "the path "
                            + path
                            + " is too long for a socket ("
                            + length
                            + " bytes, "
                            + ControlProtocol.SOCKET_PATH_BYTES_MAX
                            + " are possible); choose a shorter --data folder");
        }
        return path;
    }

    /**
     * Starts listening. The caller holds the owner lock of the pool, so a socket file that is there
     * was left by a dead server.
     */
    static ControlSocket open(Path dataFolder, Administration administration) throws IOException {
        Path path = checkedPath(dataFolder);
        Files.deleteIfExists(path);
        Path fresh = path.resolveSibling("control.new");
        Files.deleteIfExists(fresh);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // Bound under another name until only the owner may open it.
            channel.bind(UnixDomainSocketAddress.of(fresh));
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, path);
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
        ControlSocket socket = new ControlSocket(path, administration, channel);
        Thread.ofPlatform().daemon().name("control").start(socket::listen);
        return socket;
    }

    private void listen() {
        while (channel.isOpen()) {
            room.acquireUninterruptibly();
            try {
                SocketChannel connection = channel.accept();
                Thread.startVirtualThread(() -> serve(connection));
            } catch (IOException closed) {
                room.release();
                if (channel.isOpen()) {
                    LOG.warn("control socket {}: {}", path, closed.getMessage());
                }
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(Channels.newInputStream(connection));
            String line = ControlProtocol.readLine(in);
            JsonNode request = parsed(line);
            if (request != null && request.path("stream").asBoolean(false)) {
                streams.add(connection);
                ControlFrames frames = new ControlFrames(connection, in);
                ObjectNode answer = answer(request, new SocketPayload(frames));
                frames.send(ControlFrames.ANSWER, bytes(answer.toString()));
                return;
            }
            ByteBuffer answer = bytes(answer(request, null) + "\n");
            while (answer.hasRemaining()) {
                connection.write(answer);
            }
        } catch (IOException gone) {
            LOG.debug("a control connection ended early", gone);
        } finally {
            streams.remove(connection);
            room.release();
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable JsonNode parsed(@Nullable String line) {
        try {
            return ControlProtocol.JSON.readTree(line == null ? "" : line);
        } catch (JacksonException notJson) {
            return null;
        }
    }

    private ObjectNode answer(@Nullable JsonNode request, @Nullable Payload payload) {
        ObjectNode answer = ControlProtocol.JSON.createObjectNode();
        if (request == null) {
            return answer.put("error", "a request is one line of JSON");
        }
        try {
            if (request.get("arguments") instanceof ObjectNode arguments) {
                String operation = request.path("operation").asText();
                answer.set(
                        "result",
                        payload == null
                                ? administration.perform(operation, arguments)
                                : administration.perform(operation, arguments, payload));
                return answer;
            }
            return answer.put("error", "a request has an operation and arguments");
        } catch (AdministrationException refused) {
            return answer.put("error", refused.getMessage());
        } catch (RuntimeException ours) {
            LOG.error("an operation failed", ours);
            return answer.put("error", "the server failed inside: " + ours);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            // What waits there for a command that does not read would hold up the end.
            for (SocketChannel connection : streams) {
                connection.close();
            }
            Files.deleteIfExists(path);
        } catch (IOException left) {
            LOG.warn("control socket {} could not be removed: {}", path, left.getMessage());
        }
    }
}
