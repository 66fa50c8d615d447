package io.stemma.server.iscsi.task;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.stemma.server.iscsi.pdu.ReceiveMemory;
import io.stemma.server.iscsi.session.ConnectionInitializer;
import io.stemma.server.iscsi.session.SessionDirectory;
import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.iscsi.text.DigestType;
import io.stemma.server.iscsi.text.NegotiatedParameters;
import io.stemma.server.testing.TestInitiator;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/** A target on a port of the loopback interface whose device is memory. */
final class TestTarget implements AutoCloseable {
    final MemoryDevice device;
    final SessionDirectory sessions;
    final ReceiveMemory receiveMemory;
    private final ConnectionInitializer connections;
    private final Transport transport;
    private final Channel listening;

    TestTarget(NegotiatedParameters parameters) {
        this(parameters, SessionLimits.standard(), Transport.best(2));
    }

    TestTarget(NegotiatedParameters parameters, SessionLimits limits, Transport transport) {
        this(parameters, limits, transport, CommandMeter.NONE);
    }

    TestTarget(
            NegotiatedParameters parameters,
            SessionLimits limits,
            Transport transport,
            CommandMeter meter) {
        this(parameters, limits, transport, meter, SessionLimits.ALL_RECEIVE_BYTES);
    }

    TestTarget(
            NegotiatedParameters parameters,
            SessionLimits limits,
            Transport transport,
            CommandMeter meter,
            int receiveBytes) {
        this.transport = transport;
        receiveMemory = new ReceiveMemory(receiveBytes);
        device = new MemoryDevice(64 << 10);
        sessions =
                new SessionDirectory(
                        FullFeatureHandler.phase(
                                session -> (connection, owner, request) -> null, device, meter),
                        limits);
        connections =
                new ConnectionInitializer(
                        () -> new OpenDoor(sessions, parameters), limits, receiveMemory);
        listening =
                transport.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), connections);
    }

    /** Parameters with few choices left to the test. */
    static NegotiatedParameters parameters(
            boolean digests, boolean initialR2T, boolean immediateData, int outstandingR2T) {
        DigestType digest = digests ? DigestType.CRC32C : DigestType.NONE;
        return new NegotiatedParameters(
                digest,
                digest,
                32 << 10,
                64 << 10,
                128 << 10,
                64 << 10,
                initialR2T,
                immediateData,
                outstandingR2T,
                1,
                2,
                20,
                0,
                true,
                true);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    int loggingIn() {
        return connections.loggingIn();
    }

    /** An initiator that is logged in. */
    TestInitiator initiator(long isid) {
        TestInitiator initiator = TestInitiator.connect(address());
        initiator.login(isid, 0, Map.of());
        return initiator;
    }

    /** Direct memory that Netty's pool has handed out and not got back. */
    static long bytesInUse() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }

    @Override
    public void close() {
        transport.close();
    }
}
