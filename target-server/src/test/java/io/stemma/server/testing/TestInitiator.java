package io.stemma.server.testing;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * An initiator for tests: speaks PDUs over a socket, follows only the rules it is told to follow.
 * Numbers commands, tags, and digests; everything else is in the hands of the test. Every wait ends
 * after {@value #TIMEOUT_MILLIS} milliseconds in an exception.
 */
public final class TestInitiator implements AutoCloseable {
    /** How long one answer may take. */
    public static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private boolean headerDigest;
    private boolean dataDigest;
    private int cmdSn = 1;
    private int expStatSn;
    private int nextTag = 100;
    private int tsih;

    private TestInitiator(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(socket.getInputStream());
    }

    /** A connection, not yet logged in. */
    public static TestInitiator connect(InetSocketAddress address) {
        try {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address);
            return new TestInitiator(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keys of a normal session to a target. */
    public static Map<String, String> keys(String initiatorName, String targetName) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("InitiatorName", initiatorName);
        keys.put("TargetName", targetName);
        keys.put("SessionType", "Normal");
        return keys;
    }

    /**
     * Logs in with one request straight from operational negotiation to full feature phase.
     *
     * @return the response; digests are on from here where the keys of the response say so
     */
    public RawPdu login(long isid, int requestedTsih, Map<String, String> keys) {
        RawPdu request =
                new RawPdu(0x43, 0x87)
                        .with64(8, isid << 16 | requestedTsih)
                        .with32(16, nextTag++)
                        .with32(24, cmdSn)
                        .withData(text(keys));
        send(request);
        RawPdu response = receive();
        if (response.opcode() != 0x23) {
            throw new IllegalStateException("no login response but " + response);
        }
        Map<String, String> agreed = keysOf(response);
        headerDigest = "CRC32C".equals(agreed.get("HeaderDigest"));
        dataDigest = "CRC32C".equals(agreed.get("DataDigest"));
        tsih = response.get16(14);
        return response;
    }

    /** TSIH as the login response gave it. */
    public int tsih() {
        return tsih;
    }

    /** Switches digests on by hand, for tests without a real login. */
    public void digests(boolean headers, boolean data) {
        headerDigest = headers;
        dataDigest = data;
    }

    /** A SCSI Command with the next CmdSN and tag. */
    public RawPdu command(int flags, int lun, int expectedLength, byte[] cdb) {
        return new RawPdu(0x01, flags)
                .with16(8, lun)
                .with32(16, nextTag++)
                .with32(20, expectedLength)
                .with32(24, cmdSn++)
                .with32(28, expStatSn)
                .withBytes(32, cdb);
    }

    /** A READ (10): R and F bits set. */
    public RawPdu read10(int lun, int block, int blocks, int expectedLength) {
        return command(0xc1, lun, expectedLength, cdb10(0x28, block, blocks));
    }

    /** A WRITE (10); {@code last} is the F bit: no unsolicited Data-Out follows. */
    public RawPdu write10(
            int lun, int block, int blocks, int expectedLength, boolean last, byte[] immediate) {
        return command(last ? 0xa1 : 0x21, lun, expectedLength, cdb10(0x2a, block, blocks))
                .withData(immediate);
    }

    /** A CDB of ten bytes with a block address and a number of blocks. */
    public static byte[] cdb10(int operation, int block, int blocks) {
        ByteBuffer cdb = ByteBuffer.allocate(16);
        cdb.put(0, (byte) operation).putInt(2, block).putShort(7, (short) blocks);
        return cdb.array();
    }

    /** A Data-Out. */
    public RawPdu dataOut(
            int tag, int transferTag, int dataSn, int offset, boolean last, byte[] data) {
        return new RawPdu(0x05, last ? 0x80 : 0)
                .with32(16, tag)
                .with32(20, transferTag)
                .with32(28, expStatSn)
                .with32(36, dataSn)
                .with32(40, offset)
                .withData(data);
    }

    /** An immediate Task Management Function Request. */
    public RawPdu taskManagement(int function, int lun, int referencedTag, int refCmdSn) {
        return new RawPdu(0x42, 0x80 | function)
                .with16(8, lun)
                .with32(16, nextTag++)
                .with32(20, referencedTag)
                .with32(24, cmdSn)
                .with32(28, expStatSn)
                .with32(32, refCmdSn);
    }

    /** An immediate NOP-Out that wants an answer. */
    public RawPdu ping(byte[] data) {
        return new RawPdu(0x40, 0x80)
                .with32(16, nextTag++)
                .with32(20, -1)
                .with32(24, cmdSn)
                .with32(28, expStatSn)
                .withData(data);
    }

    /** A whole Text Request that begins an exchange. */
    public RawPdu textRequest(Map<String, String> keys) {
        return new RawPdu(0x04, 0x80)
                .with32(16, nextTag++)
                .with32(20, -1)
                .with32(24, cmdSn++)
                .with32(28, expStatSn)
                .withData(text(keys));
    }

    /** An immediate Logout Request. */
    public RawPdu logout(int reason) {
        return new RawPdu(0x46, 0x80 | reason)
                .with32(16, nextTag++)
                .with32(24, cmdSn)
                .with32(28, expStatSn);
    }

    /** The CmdSN of the next command. */
    public int cmdSn() {
        return cmdSn;
    }

    /** Sets the CmdSN of the next command. */
    public void cmdSn(int next) {
        cmdSn = next;
    }

    /** Sends PDUs in one write. */
    public void send(RawPdu... pdus) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (RawPdu pdu : pdus) {
            all.writeBytes(encode(pdu));
        }
        sendBytes(all.toByteArray());
    }

    /** Sends bytes as they are. */
    public void sendBytes(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A PDU as it goes over the wire. */
    public byte[] encode(RawPdu pdu) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] headers = pdu.headers();
        out.writeBytes(headers);
        if (headerDigest) {
            out.writeBytes(digest(headers));
        }
        byte[] data = pdu.data();
        byte[] padded = Arrays.copyOf(data, data.length + 3 & ~3);
        out.writeBytes(padded);
        if (dataDigest && data.length != 0) {
            out.writeBytes(digest(padded));
        }
        return out.toByteArray();
    }

    /** Receives one PDU and checks its digests. */
    public RawPdu receive() {
        try {
            byte[] header = in.readNBytes(48);
            if (header.length < 48) {
                throw new EOFException("closed by the target");
            }
            checkDigest(headerDigest, header);
            int length = ByteBuffer.wrap(header).getInt(4) & 0xffffff;
            byte[] padded = in.readNBytes(length + 3 & ~3);
            checkDigest(dataDigest && length != 0, padded);
            RawPdu pdu = new RawPdu(header, Arrays.copyOf(padded, length));
            if (pdu.opcode() != 0x25 || (header[1] & 1) != 0) {
                expStatSn = pdu.get32(24) + 1;
            }
            return pdu;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next PDU if one has begun to come, else null. */
    public @Nullable RawPdu receiveNow() {
        try {
            return in.available() > 0 ? receive() : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends bytes, whether or not the target has closed. */
    public void sendIfOpen(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (SocketException closed) {
            // It need not hear us.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a command that takes no data out; collects its data in until the status. */
    public Outcome run(RawPdu command) {
        send(command);
        return outcome();
    }

    /** Collects Data-In until a status comes, S bit or SCSI Response. */
    public Outcome outcome() {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        while (true) {
            RawPdu pdu = receive();
            switch (pdu.opcode()) {
                case 0x25 -> {
                    data.writeBytes(pdu.data());
                    if ((pdu.get8(1) & 1) != 0) {
                        return new Outcome(pdu, data.toByteArray());
                    }
                }
                case 0x21 -> {
                    return new Outcome(pdu, data.toByteArray());
                }
                default -> throw new IllegalStateException("unexpected " + pdu);
            }
        }
    }

    /** How a command ended. */
    public static final class Outcome {
        private final RawPdu last;
        private final byte[] data;

        Outcome(RawPdu last, byte[] data) {
            this.last = last;
            this.data = data;
        }

        /** The PDU with the status. */
        public RawPdu last() {
            return last;
        }

        /** Data in. */
        public byte[] data() {
            return data.clone();
        }

        /** SCSI status. */
        public int status() {
            return last.get8(3);
        }

        /** Sense key, additional sense code and qualifier as 0xKKCCQQ, 0 where there are none. */
        public int sense() {
            byte[] sense = last.opcode() == 0x21 ? last.data() : new byte[0];
            if (sense.length < 16) {
                return 0;
            }
            boolean descriptor = (sense[2] & 0x7f) >= 0x72;
            int key = sense[descriptor ? 3 : 4] & 0xf;
            int code = sense[descriptor ? 4 : 14] & 0xff;
            int qualifier = sense[descriptor ? 5 : 15] & 0xff;
            return key << 16 | code << 8 | qualifier;
        }

        /** Overflow positive, underflow negative. */
        public int residual() {
            int count = last.get32(44);
            return (last.get8(1) & 0x04) != 0 ? count : (last.get8(1) & 0x02) != 0 ? -count : 0;
        }
    }

    /** Waits until the target closes; returns whether it did so without another PDU. */
    public boolean closedByTarget() {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the target closes, whatever it says before; returns whether it did. */
    public boolean closedAfterWhatever() {
        try {
            in.transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The keys of a login or text PDU. */
    public static Map<String, String> keysOf(RawPdu pdu) {
        Map<String, String> keys = new LinkedHashMap<>();
        for (String pair : new String(pdu.data(), StandardCharsets.UTF_8).split("\0", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                keys.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return keys;
    }

    private static byte[] text(Map<String, String> keys) {
        StringBuilder all = new StringBuilder();
        keys.forEach((key, value) -> all.append(key).append('=').append(value).append('\0'));
        return all.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] digest(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .array();
    }

    private void checkDigest(boolean on, byte[] bytes) throws IOException {
        if (on && !Arrays.equals(in.readNBytes(4), digest(bytes))) {
            throw new IllegalStateException("the target sent a wrong digest");
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
