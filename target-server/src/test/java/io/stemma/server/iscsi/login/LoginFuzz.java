package io.stemma.server.iscsi.login;

import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.ChapAccount;
import io.stemma.server.testing.FuzzPath;
import io.stemma.server.testing.FuzzRandom;
import io.stemma.server.testing.FuzzText;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Logins, with CHAP or without, and discovery sessions; one input is one PDU. Each is answered by
 * at most one PDU, or ends the connection.
 */
public final class LoginFuzz implements FuzzPath {
    private static final int PDUS = 24;
    private static final int TEXT_BYTES_MAX = 262_144;
    private static final int[] USUAL_FLAGS = {0x81, 0x83, 0x87, 0x87, 0x00, 0x04, 0x40, 0x44};
    private static final int[] OPCODES = {0x04, 0x44, 0x44, 0x04, 0x40, 0x46, 0x41, 0x01};

    private static final AccessPolicy CHAP =
            new AccessPolicy(
                    List.of(),
                    List.of(),
                    List.of(new ChapAccount("alice", new byte[16])),
                    new ChapAccount("disk", new byte[20]));

    private final Peer open = new Peer().target(Peer.DISK, AccessPolicy.OPEN);
    private final Peer closed = new Peer().target(Peer.DISK, CHAP);
    private Peer peer = open;
    private int pdus = PDUS;
    private long deep;

    @Override
    public void begin() {
        open.cmdSn = 100;
        closed.cmdSn = 100;
        pdus = PDUS;
    }

    @Override
    public void input(FuzzRandom random) {
        if (pdus++ >= PDUS || peer.connection.closed != null) {
            peer = random.oneIn(4) ? closed : open;
            peer.connection = new InMemoryConnection(new Peer.Silence());
            peer.connect();
            pdus = 0;
        }
        boolean before = peer.connection.applied != null;
        peer.connection.receive(pdu(random));
        deep += !before && peer.connection.applied != null ? 1 : 0;
        Invariant.check(peer.connection.sent.size() <= 1, "one PDU is answered by one at most");
        byte[] answer = peer.connection.sent.poll();
        if (answer != null) {
            int data = answer.length - 48;
            Invariant.check(data >= 0 && data <= TEXT_BYTES_MAX, "answers are bounded");
            Invariant.check(
                    ByteBuffer.wrap(answer).getInt(4) == data, "an answer is as long as it says");
        }
    }

    private byte[] pdu(FuzzRandom random) {
        boolean full = peer.connection.applied != null;
        byte[] pdu = full ? later(random) : peer.loginPdu(flags(random), loginText(random));
        int mutations = random.oneIn(3) ? random.below(4) : 0;
        for (int i = 0; i < mutations; i++) {
            int at = random.below(pdu.length);
            if (at < 4 || at > 7) {
                pdu[at] = (byte) random.nextLong();
            }
        }
        return pdu;
    }

    private byte[] later(FuzzRandom random) {
        byte[] text = loginText(random);
        ByteBuffer pdu = ByteBuffer.allocate(48 + text.length);
        pdu.put(0, (byte) random.of(OPCODES)).put(1, (byte) random.nextLong());
        pdu.putInt(4, text.length).putInt(16, random.below(3));
        pdu.putInt(20, random.below(4) - 1).putInt(24, peer.cmdSn++);
        return pdu.put(48, text).array();
    }

    private static int flags(FuzzRandom random) {
        return random.oneIn(6) ? random.below(256) : random.of(USUAL_FLAGS);
    }

    private static byte[] loginText(FuzzRandom random) {
        if (random.oneIn(3)) {
            return FuzzText.text(random);
        }
        String where = random.oneIn(2) ? "SessionType=Discovery" : "TargetName=" + Peer.DISK;
        return FuzzText.text(random, "InitiatorName=" + Peer.HOST, where);
    }

    @Override
    public long deep() {
        return deep * 8;
    }
}
