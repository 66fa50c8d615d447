package io.stemma.server.iscsi.task;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.pdu.ReceiveMemory;
import io.stemma.server.iscsi.session.ConnectionHandler;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.session.SessionDirectory;
import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Visit;
import io.stemma.server.testing.FuzzPath;
import io.stemma.server.testing.FuzzRandom;
import io.stemma.server.testing.RawPdu;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Full feature phase behind a channel without a network: commands, data, task management, valid or
 * lying, whole or cut, with a device that ends commands at once or late. What comes back are PDUs;
 * nothing of ours breaks, and in the end all memory is given back.
 */
public final class SessionFuzz implements FuzzPath {
    private static final int BLOCK = MemoryDevice.BLOCK;
    private static final int PDUS = 96;
    private static final int[] OPCODES = {
        0x01, 0x01, 0x01, 0x01, 0x41, 0x05, 0x05, 0x05, 0x05, 0x42, 0x02, 0x40, 0x00, 0x04, 0x10
    };
    private static final int[] FUNCTIONS = {1, 1, 1, 2, 3, 4, 5, 6, 8, 9};

    private final PooledByteBufAllocator allocator =
            new PooledByteBufAllocator(true, 0, 1, 8192, 8, 0, 0, false);
    private final MemoryDevice device = new MemoryDevice(256);
    private final FaultsOfOurs faults = new FaultsOfOurs();
    private final SessionDirectory sessions =
            new SessionDirectory(
                    FullFeatureHandler.phase(session -> (on, of, request) -> null, device),
                    new SessionLimits(
                            4, 4, 15, 16, 4, 64 << 10, 1 << 20, 2 << 20, 3, 4, 3, 1 << 18, 5));

    private final ReceiveMemory memory = new ReceiveMemory(512 << 10);

    private EmbeddedChannel channel = new EmbeddedChannel();
    private Session session;
    private int pdus = PDUS;
    private boolean headerDigest;
    private int transferTag;
    private int transferOffset;
    private int transferLength;
    private int transferTask;
    private long deep;

    /** Nothing is connected yet. */
    public SessionFuzz() {
        open(new FuzzRandom(1));
        session = sessions.sessions().getFirst();
    }

    @Override
    public void begin() {
        pdus = PDUS;
    }

    private void open(FuzzRandom random) {
        headerDigest = random.oneIn(8);
        device.pace = random.oneIn(2) ? MemoryDevice.Pace.AT_ONCE : MemoryDevice.Pace.WHEN_RELEASED;
        channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.config().setAllocator(allocator);
        boolean initialR2T = random.oneIn(2);
        OpenDoor door =
                new OpenDoor(
                        sessions,
                        TestTarget.parameters(
                                headerDigest, initialR2T, !random.oneIn(4), 1 + random.below(4)));
        channel.pipeline()
                .addLast(
                        new ConnectionHandler(
                                channel, door, sessions.limits(), Visit.alone(), memory));
        channel.pipeline().fireChannelActive();
        RawPdu login = new RawPdu(0x43, 0x87).with64(8, 7L << 16).with32(24, 1);
        channel.writeInbound(Unpooled.directBuffer().writeBytes(login.headers()));
        takeOutput(false);
        session = sessions.sessions().getFirst();
        pdus = 0;
    }

    private void shut() {
        channel.close();
        for (int held = device.held(); held > 0; held--) {
            release();
        }
        channel.advanceTimeBy(10, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
        channel.releaseOutbound();
        channel.releaseInbound();
        Invariant.check(sessions.sessions().isEmpty(), "a session ends with its connection");
        Invariant.check(sessions.memory().used() == 0, "memory for data is given back");
        Invariant.check(memory.used() == 0, "memory for receiving is given back");
        Invariant.check(memory.keepers() == 0, "nobody keeps buffers");
        Invariant.check(allocator.pinnedDirectMemory() == 0, "buffers are given back");
        faults.check();
    }

    @Override
    public void input(FuzzRandom random) {
        if (pdus++ >= PDUS || !channel.isActive() || sessions.sessions().isEmpty()) {
            shut();
            open(random);
        }
        if (random.oneIn(64)) {
            for (int i = 0; i < SecondTicks.TURNS; i++) {
                channel.advanceTimeBy(1000 / SecondTicks.TURNS, TimeUnit.MILLISECONDS);
                channel.runScheduledPendingTasks();
            }
        }
        if (device.held() > 0 && random.oneIn(3)) {
            release();
            channel.runPendingTasks();
        }
        if (!channel.isActive()) {
            // A NOP-In that nobody answered, or a cold reset whose last task has ended now.
            takeOutput(true);
            faults.check();
            return;
        }
        byte[] bytes = wire(pdu(random));
        for (int i = random.oneIn(4) ? random.below(3) : 0; i > 0; i--) {
            bytes[random.below(random.oneIn(2) ? 48 : bytes.length)] = (byte) random.nextLong();
        }
        int length = random.oneIn(512) ? random.below(bytes.length) : bytes.length;
        channel.writeInbound(Unpooled.directBuffer(length).writeBytes(bytes, 0, length));
        // Small answers wait a moment for others.
        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        takeOutput(true);
        faults.check();
    }

    private void release() {
        try {
            device.release(device.awaitHeld());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private RawPdu pdu(FuzzRandom random) {
        int opcode = random.of(OPCODES);
        int cmdSn = session.expCmdSn() + (random.oneIn(8) ? random.below(24) - 4 : 0);
        int tag = random.below(24);
        RawPdu pdu =
                switch (opcode & 0x3f) {
                    case 0x01 -> command(opcode, random);
                    case 0x05 -> dataOut(random);
                    case 0x02 ->
                            new RawPdu(opcode, 0x80 | random.of(FUNCTIONS))
                                    .with32(20, random.below(24))
                                    .with32(32, cmdSn + random.below(4));
                    default -> new RawPdu(opcode, 0x80).withData(new byte[random.below(200)]);
                };
        if ((opcode & 0x3f) != 0x05) {
            pdu.with32(16, tag).with32(24, cmdSn);
        }
        return pdu.with16(8, random.oneIn(32) ? 1 : 0);
    }

    private RawPdu command(int opcode, FuzzRandom random) {
        int blocks = random.below(random.oneIn(8) ? 250 : 4);
        int attribute = random.oneIn(2) ? 1 : random.below(6);
        boolean write = random.oneIn(2);
        byte[] cdb = io.stemma.server.testing.TestInitiator.cdb10(write ? 0x2a : 0x28, 1, blocks);
        int expected = random.oneIn(8) ? random.below(70_000) : blocks * BLOCK;
        if (!write) {
            return new RawPdu(opcode, 0xc0 | attribute).with32(20, expected).withBytes(32, cdb);
        }
        int immediate = random.oneIn(2) ? Math.min(expected, random.below(3) * BLOCK) : 0;
        boolean last = !random.oneIn(4);
        return new RawPdu(opcode, (last ? 0xa0 : 0x20) | attribute)
                .with32(20, expected)
                .withBytes(32, cdb)
                .withData(new byte[immediate]);
    }

    /** What the last R2T asked for, or something like it. */
    private RawPdu dataOut(FuzzRandom random) {
        int length = random.oneIn(4) ? random.below(4000) : Math.min(transferLength, 60_000);
        boolean last = random.oneIn(8) != (length == transferLength);
        RawPdu pdu =
                new RawPdu(0x05, last ? 0x80 : 0)
                        .with32(16, random.oneIn(8) ? random.below(24) : transferTask)
                        .with32(20, random.oneIn(8) ? -1 : transferTag)
                        .with32(36, random.oneIn(8) ? 1 : 0)
                        .with32(40, random.oneIn(8) ? random.below(4000) : transferOffset)
                        .withData(new byte[length]);
        transferLength = 0;
        return pdu;
    }

    private byte[] wire(RawPdu pdu) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] headers = pdu.headers();
        byte[] data = pdu.data();
        out.writeBytes(headers);
        if (headerDigest) {
            out.writeBytes(digest(headers));
        }
        byte[] padded = java.util.Arrays.copyOf(data, data.length + 3 & ~3);
        out.writeBytes(padded);
        if (headerDigest && data.length > 0) {
            out.writeBytes(digest(padded));
        }
        return out.toByteArray();
    }

    private static byte[] digest(byte[] bytes) {
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(bytes);
        return ByteBuffer.allocate(4)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .array();
    }

    /** Walks what came back, PDU by PDU. */
    private void takeOutput(boolean digests) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes).release();
            all.writeBytes(bytes);
        }
        ByteBuffer stream = ByteBuffer.wrap(all.toByteArray());
        int crc = digests && headerDigest ? 4 : 0;
        for (int at = 0; at < stream.limit(); ) {
            int opcode = stream.get(at) & 0x3f;
            int data = stream.getInt(at + 4) & 0xffffff;
            Invariant.check(opcode >= 0x20, "a target sends what targets send");
            deep += opcode == 0x25 || opcode == 0x21 || opcode == 0x31 ? 1 : 0;
            if (opcode == 0x31) {
                transferTask = stream.getInt(at + 16);
                transferTag = stream.getInt(at + 20);
                transferOffset = stream.getInt(at + 40);
                transferLength = stream.getInt(at + 44);
            }
            at += 48 + crc + (data == 0 ? 0 : (data + 3 & ~3) + crc);
            Invariant.check(at <= stream.limit(), "a PDU leaves whole");
        }
    }

    @Override
    public void end() {
        shut();
        pdus = PDUS;
    }

    @Override
    public long deep() {
        return deep;
    }

    @Override
    public void close() {
        faults.close();
    }
}
