package io.stemma.bench.fairness;

import io.stemma.bench.initiator.RawSession;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** One connection after the other of a flooder, on a thread of its own. */
final class FloodStream {
    private static final int HEADER_BYTES = 48;
    private static final int PDUS_A_WRITE = 64;
    private static final int READ_BYTES = 256 << 10;
    private static final int WRITE_BYTES = 16 << 10;
    private static final int DRIP_BYTES = 4;
    private static final int DEAF_COMMANDS = 128;
    private static final long DEAF_MILLIS = 250;
    private static final int BLOCK_BYTES = 512;
    private static final int NO_TAG = -1;
    private static final byte IMMEDIATE = 0x40;
    private static final byte FINAL = (byte) 0x80;
    private static final byte[] SEND_TARGETS = "SendTargets=\0".getBytes(StandardCharsets.US_ASCII);

    private final InetSocketAddress portal;
    private final String target;
    private final long lun;
    private final AtomicBoolean end;
    private final AtomicLong sent;
    private final ByteBuffer out = ByteBuffer.allocateDirect(64 << 10);
    private final ByteBuffer in = ByteBuffer.allocateDirect(256 << 10);

    FloodStream(
            InetSocketAddress portal, String target, int lun, AtomicBoolean end, AtomicLong sent) {
        this.portal = portal;
        this.target = target;
        this.lun = (long) lun << 48;
        this.end = end;
        this.sent = sent;
    }

    /** Floods until the end or until the connection ends. */
    void run(Flood kind) throws IOException {
        switch (kind) {
            case BURN -> burn();
            case NOP, TASK, TEXT -> repeat(kind);
            case DRIP -> drip();
            case DEAF -> deaf();
            case CONNECT -> connect();
        }
    }

    private void burn() {
        while (!end.get()) {
            Thread.onSpinWait();
        }
    }

    private void connect() throws IOException {
        while (!end.get()) {
            try (SocketChannel channel = SocketChannel.open(portal)) {
                // A reset leaves no port behind in TIME_WAIT.
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                sent.incrementAndGet();
            }
        }
    }

    /** The same immediate PDUs again and again; what is answered is read and forgotten. */
    private void repeat(Flood kind) throws IOException {
        try (RawSession session = RawSession.open(portal, target);
                Selector selector = Selector.open()) {
            SocketChannel channel = session.channel();
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            out.clear();
            for (int i = 0; i < PDUS_A_WRITE; i++) {
                append(kind, session, i);
            }
            out.flip();
            int all = out.limit();
            while (!end.get()) {
                int written = channel.write(out);
                if (!out.hasRemaining()) {
                    sent.addAndGet(PDUS_A_WRITE);
                    out.position(0).limit(all);
                }
                in.clear();
                int read = channel.read(in);
                if (read < 0) {
                    throw new EOFException("the server closed the connection");
                }
                if (written == 0 && read == 0) {
                    selector.select(10);
                    selector.selectedKeys().clear();
                }
            }
        }
    }

    private void append(Flood kind, RawSession session, int tag) {
        switch (kind) {
            case TASK -> {
                int function = 1 + (tag & 1);
                int at = header(session, (byte) 2, (byte) (FINAL | function), 0, tag);
                out.putLong(at + 8, lun).putInt(at + 20, tag - 1000);
                out.putInt(at + 32, session.commandNumber());
            }
            case TEXT -> {
                int at = header(session, (byte) 4, FINAL, SEND_TARGETS.length, tag);
                out.putInt(at + 20, NO_TAG).put(at + HEADER_BYTES, SEND_TARGETS);
            }
            default -> {
                int at = header(session, (byte) 0, FINAL, 0, tag);
                out.putLong(at + 8, lun).putInt(at + 20, NO_TAG);
            }
        }
    }

    /** Lays out an immediate PDU and the room for its data. */
    private int header(RawSession session, byte opcode, byte flags, int bytes, int tag) {
        int at = out.position();
        int padded = bytes + 3 & ~3;
        for (int i = 0; i < HEADER_BYTES + padded; i += 4) {
            out.putInt(at + i, 0);
        }
        out.put(at, (byte) (opcode | IMMEDIATE)).put(at + 1, flags).putInt(at + 4, bytes);
        out.putInt(at + 16, tag);
        out.putInt(at + 24, session.commandNumber()).putInt(at + 28, session.statusNumber() + 1);
        out.position(at + HEADER_BYTES + padded);
        return at;
    }

    /** Sends as many READs as the window allows, reads nothing, and comes again. */
    private void deaf() throws IOException {
        try (RawSession session = RawSession.open(portal, target)) {
            SocketChannel channel = session.channel();
            out.clear();
            for (int i = 0; i < DEAF_COMMANDS; i++) {
                command(session, false, i, READ_BYTES);
            }
            out.flip();
            channel.configureBlocking(false);
            long until = System.nanoTime() + DEAF_MILLIS * 1_000_000;
            try (Selector selector = Selector.open()) {
                SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
                while (!end.get() && System.nanoTime() - until < 0) {
                    channel.write(out);
                    key.interestOps(out.hasRemaining() ? SelectionKey.OP_WRITE : 0);
                    selector.select(10);
                    selector.selectedKeys().clear();
                }
            }
            sent.addAndGet(DEAF_COMMANDS - out.remaining() / HEADER_BYTES);
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
    }

    private void command(RawSession session, boolean write, int number, int bytes) {
        int at = header(session, (byte) 1, FINAL, 0, number);
        out.put(at, (byte) 1).put(at + 1, (byte) (FINAL | (write ? 0x20 : 0x40) | 1));
        out.putLong(at + 8, lun).putInt(at + 20, bytes);
        out.putInt(at + 24, session.commandNumber() + number);
        out.put(at + 32, (byte) (write ? 0x8a : 0x88)).putInt(at + 42, bytes / BLOCK_BYTES);
    }

    /** One WRITE after the other, its data four bytes at a time. */
    private void drip() throws IOException {
        try (RawSession session = RawSession.open(portal, target)) {
            SocketChannel channel = session.channel();
            in.clear().limit(0);
            for (int number = 0; !end.get(); number++) {
                out.clear();
                command(session, true, number, WRITE_BYTES);
                write(channel);
                int opcode = answer(channel);
                while (opcode == 0x31) {
                    data(session, in.getInt(20), in.getInt(40), in.getInt(44), number);
                    opcode = answer(channel);
                }
                if (opcode != 0x21) {
                    throw new IOException("unexpected opcode " + opcode);
                }
            }
        }
    }

    private void data(RawSession session, int transferTag, int offset, int bytes, int tag)
            throws IOException {
        int number = 0;
        for (int done = 0; done < bytes; done += DRIP_BYTES) {
            out.clear();
            byte flags = done + DRIP_BYTES >= bytes ? FINAL : 0;
            int at = header(session, (byte) 5, flags, DRIP_BYTES, tag);
            out.put(at, (byte) 5).putLong(at + 8, lun).putInt(at + 20, transferTag);
            out.putInt(at + 24, 0).putInt(at + 36, number++).putInt(at + 40, offset + done);
            write(session.channel());
            sent.incrementAndGet();
        }
    }

    private void write(SocketChannel channel) throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** Reads one PDU without data that matters; its header is then at 0 of {@code in}. */
    private int answer(SocketChannel channel) throws IOException {
        in.clear();
        int wanted = HEADER_BYTES;
        while (in.position() < wanted) {
            in.limit(wanted);
            if (channel.read(in) < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (in.position() >= HEADER_BYTES) {
                wanted = HEADER_BYTES + ((in.getInt(4) & 0xffffff) + 3 & ~3);
            }
        }
        return in.get(0) & 0x3f;
    }
}
