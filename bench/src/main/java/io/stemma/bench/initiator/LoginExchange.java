package io.stemma.bench.initiator;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A login in one request, without authentication (RFC 7143, 6.3 and 11.12). */
final class LoginExchange {
    private static final int SEGMENT_BYTES = 262_144;
    private static final int ROUNDS_MAX = 8;

    /** Transit, from operational negotiation to the full feature phase. */
    private static final byte FLAGS = (byte) 0x87;

    private LoginExchange() {}

    /**
     * What was agreed.
     *
     * @param segmentBytes the target's MaxRecvDataSegmentLength
     * @param immediateBytes of a write that may go with its command
     * @param commandNumber of the next command
     * @param maxCommandNumber that the target takes
     * @param statusNumber of the login's answer
     */
    record Agreed(
            int segmentBytes,
            int immediateBytes,
            int commandNumber,
            int maxCommandNumber,
            int statusNumber) {}

    static Agreed run(SocketChannel channel, String target) throws IOException {
        String keys =
                String.join(
                                "\0",
                                "InitiatorName=iqn.2026-11.io.stemma.bench:loopback",
                                "TargetName=" + target,
                                "SessionType=Normal",
                                "HeaderDigest=None",
                                "DataDigest=None",
                                "MaxRecvDataSegmentLength=" + SEGMENT_BYTES,
                                "FirstBurstLength=" + SEGMENT_BYTES,
                                "MaxBurstLength=1048576",
                                "ImmediateData=Yes",
                                "InitialR2T=No",
                                "MaxOutstandingR2T=1",
                                "MaxConnections=1",
                                "ErrorRecoveryLevel=0")
                        + "\0";
        StringBuilder answers = new StringBuilder();
        String text = keys;
        int expectedStatus = 0;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            send(channel, text.getBytes(StandardCharsets.US_ASCII), expectedStatus);
            ByteBuffer header = receive(channel, PduWriter.HEADER_BYTES);
            int segment = header.getInt(4) & 0xffffff;
            byte[] data = new byte[segment];
            receive(channel, (segment + 3) & ~3).get(data);
            answers.append(new String(data, StandardCharsets.US_ASCII)).append('\0');
            if ((header.get(0) & 0x3f) != 0x23 || header.get(36) != 0) {
                throw new IOException(
                        "login refused, status " + Integer.toHexString(header.getShort(36)));
            }
            expectedStatus = header.getInt(24) + 1;
            if ((header.get(1) & 0x83) == 0x83) {
                return agreed(answers.toString(), header);
            }
            text = "";
        }
        throw new IOException("login does not end");
    }

    private static void send(SocketChannel channel, byte[] text, int expectedStatus)
            throws IOException {
        ByteBuffer request = ByteBuffer.allocate(PduWriter.HEADER_BYTES + ((text.length + 3) & ~3));
        request.put(0, (byte) 0x43).put(1, FLAGS).putInt(4, text.length);
        // The ISID's random form; several sessions of one initiator need different ones.
        request.put(8, (byte) 0x80).putInt(9, (int) System.nanoTime());
        request.putInt(24, 1).putInt(28, expectedStatus);
        request.put(PduWriter.HEADER_BYTES, text);
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    private static ByteBuffer receive(SocketChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the target closed the connection during login");
            }
        }
        return buffer.flip();
    }

    private static Agreed agreed(String answers, ByteBuffer header) {
        int segment = number(answers, "MaxRecvDataSegmentLength", 8192);
        int burst = number(answers, "FirstBurstLength", 65_536);
        boolean immediate = !answers.contains("ImmediateData=No");
        return new Agreed(
                segment,
                immediate ? Math.min(segment, burst) : 0,
                header.getInt(28),
                header.getInt(32),
                header.getInt(24));
    }

    private static int number(String answers, String key, int otherwise) {
        for (String answer : answers.split("\0", -1)) {
            if (answer.startsWith(key + "=")) {
                return Integer.parseInt(answer.substring(key.length() + 1));
            }
        }
        return otherwise;
    }
}
