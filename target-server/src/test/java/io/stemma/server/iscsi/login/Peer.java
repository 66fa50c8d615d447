package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.LoginOutcome;
import io.stemma.server.iscsi.session.PhaseHandler;
import io.stemma.server.iscsi.session.Portal;
import io.stemma.server.iscsi.session.SessionAdmission;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.scsi.TargetDevice;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An initiator that speaks by hand, and the target it speaks to. */
final class Peer implements SessionAdmission {
    static final String DISK = "iqn.2026-11.io.stemma:disk";
    static final String HOST = "iqn.2026-11.com.example:host";
    static final int TSIH = 0x77;

    /** What an answer said. */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere; read only
    record Answer(byte[] bytes) {
        boolean transit() {
            return bytes[1] < 0;
        }

        boolean continues() {
            return (bytes[1] & 0x40) != 0;
        }

        int nextStage() {
            return bytes[1] & 3;
        }

        int tsih() {
            return ByteBuffer.wrap(bytes).getShort(14) & 0xffff;
        }

        int status() {
            return ByteBuffer.wrap(bytes).getShort(36) & 0xffff;
        }

        String text() {
            return new String(bytes, 48, bytes.length - 48, StandardCharsets.UTF_8);
        }

        Map<String, String> keys() {
            Map<String, String> keys = new LinkedHashMap<>();
            Arrays.stream(text().split("\0", -1))
                    .filter(pair -> !pair.isEmpty())
                    .forEach(
                            pair ->
                                    keys.put(
                                            pair.substring(0, pair.indexOf('=')),
                                            pair.substring(pair.indexOf('=') + 1)));
            return keys;
        }

        String key(String key) {
            return keys().getOrDefault(key, "");
        }
    }

    final TargetDirectory directory = new TargetDirectory();
    AccessPolicy discovery = AccessPolicy.OPEN;
    SessionAdmission.@Nullable Admission admission;
    @Nullable LoginOutcome outcome;
    long isid = 0x00023d000001L;
    int tsih;
    int cid = 1;
    int cmdSn = 100;
    int versionMin;
    InMemoryConnection connection = new InMemoryConnection(new Silence());

    /** A phase that only notes that it is on. */
    static final class Silence implements PhaseHandler {
        @Override
        public void pdu(Connection connection, io.stemma.server.iscsi.pdu.Pdu pdu) {}

        @Override
        public void closed(Connection connection) {}
    }

    Peer() {
        directory.portals(
                List.of(
                        new Portal(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 3260),
                                null,
                                1)));
    }

    Peer target(String name, AccessPolicy access) {
        directory.put(new TargetNode(name, "", access, new TargetDevice(name, 1)));
        return this;
    }

    /** Opens a new connection. */
    Peer connect() {
        LoginSettings settings = new LoginSettings(directory, discovery, this, new Random(7));
        connection.phase = new LoginPhase(settings);
        return this;
    }

    @Override
    public Admission admit(LoginOutcome found, Connection on) {
        outcome = found;
        return admission == null
                ? new Admitted(TSIH, found.cmdSn() + 31, new Silence())
                : admission;
    }

    /** The flags byte: T, C, CSG, NSG. */
    static int flags(boolean transit, boolean continues, int current, int next) {
        return (transit ? 0x80 : 0) | (continues ? 0x40 : 0) | (current << 2) | next;
    }

    byte[] loginPdu(int flags, byte[] text) {
        ByteBuffer pdu = ByteBuffer.allocate(48 + text.length);
        pdu.put(0, (byte) 0x43).put(1, (byte) flags).put(3, (byte) versionMin);
        pdu.putInt(4, text.length);
        pdu.putLong(8, (isid << 16) | tsih);
        pdu.putInt(16, 0x1234).putShort(20, (short) cid);
        pdu.putInt(24, cmdSn).putInt(28, 55);
        pdu.put(48, text);
        return pdu.array();
    }

    Answer login(int flags, String... pairs) {
        return login(flags, text(pairs));
    }

    Answer login(int flags, byte[] text) {
        connection.receive(loginPdu(flags, text));
        return answer();
    }

    Answer textRequest(int flags, int tag, String... pairs) {
        byte[] text = text(pairs);
        ByteBuffer pdu = ByteBuffer.allocate(48 + text.length);
        pdu.put(0, (byte) 4).put(1, (byte) flags).putInt(4, text.length);
        pdu.putInt(16, 0x55).putInt(20, tag).putInt(24, cmdSn++).putInt(28, 55);
        pdu.put(48, text);
        connection.receive(pdu.array());
        return answer();
    }

    Answer answer() {
        byte[] bytes = connection.sent.poll();
        if (bytes == null) {
            throw new AssertionError("no answer; closed: " + connection.closed);
        }
        return new Answer(bytes);
    }

    static byte[] text(String... pairs) {
        StringBuilder text = new StringBuilder();
        for (String pair : pairs) {
            text.append(pair).append('\0');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
