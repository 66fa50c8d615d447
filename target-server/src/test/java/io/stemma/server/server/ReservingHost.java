package io.stemma.server.server;

import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;
import io.stemma.server.testing.TestInitiator.Outcome;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.LongStream;

/** What a host that reserves sends to LUN 0, over a {@link TestInitiator}. */
final class ReservingHost implements AutoCloseable {
    static final int GOOD = 0;
    static final int CONFLICT = 0x18;

    static final int REGISTER = 0;
    static final int RESERVE = 1;
    static final int RELEASE = 2;
    static final int PREEMPT_AND_ABORT = 5;
    static final int REGISTER_AND_IGNORE = 6;

    static final int WRITE_EXCLUSIVE = 1;
    static final int EXCLUSIVE_ACCESS = 3;

    private static final int LIST_BYTES = 24;

    final TestInitiator initiator;

    ReservingHost(TestInitiator initiator) {
        this.initiator = initiator;
    }

    /** A PERSISTENT RESERVE OUT to be sent. */
    RawPdu out(int action, int type, long key, long serviceKey, boolean persistent) {
        byte[] cdb = {0x5f, (byte) action, (byte) type, 0, 0, 0, 0, 0, LIST_BYTES, 0};
        ByteBuffer list = ByteBuffer.allocate(LIST_BYTES);
        list.putLong(key).putLong(serviceKey).put(20, (byte) (persistent ? 1 : 0));
        return initiator
                .command(0xa1, 0, LIST_BYTES, Arrays.copyOf(cdb, 16))
                .withData(list.array());
    }

    /** Runs one and returns its status. */
    int reserve(int action, int type, long key, long serviceKey, boolean persistent) {
        return initiator.run(out(action, type, key, serviceKey, persistent)).status();
    }

    int register(long key) {
        return reserve(REGISTER, 0, 0, key, false);
    }

    /** Keys that READ KEYS tells. */
    long[] keys() {
        byte[] cdb = {0x5e, 0, 0, 0, 0, 0, 0, 1, 0, 0};
        byte[] data = initiator.run(initiator.command(0xc1, 0, 256, Arrays.copyOf(cdb, 16))).data();
        return LongStream.range(0, (data.length - 8) / 8)
                .map(i -> ByteBuffer.wrap(data).getLong((int) (8 + 8 * i)))
                .toArray();
    }

    /** A command without data and its outcome. */
    Outcome plain(int operation) {
        byte[] cdb = new byte[16];
        cdb[0] = (byte) operation;
        return initiator.run(initiator.command(0x81, 0, 0, cdb));
    }

    /** Takes unit attentions until there are none; returns the first, 0 where there was none. */
    int settle() {
        int first = plain(0).sense();
        int next = first;
        while (next != 0) {
            next = plain(0).sense();
        }
        return first;
    }

    int write(int block, int fill) {
        return initiator.run(writing(block, fill)).status();
    }

    /** A WRITE of one block to be sent. */
    RawPdu writing(int block, int fill) {
        byte[] data = new byte[SmallServer.BLOCK];
        Arrays.fill(data, (byte) fill);
        return initiator.write10(0, block, 1, data.length, true, data);
    }

    Outcome read(int block) {
        return initiator.run(initiator.read10(0, block, 1, SmallServer.BLOCK));
    }

    /** Sends a task management function and waits for its answer, which is returned. */
    int manage(int function) {
        initiator.send(initiator.taskManagement(function, 0, -1, 0));
        return initiator.receive().get8(2);
    }

    /** Logs out and waits until the target has closed. */
    void logout() {
        initiator.send(initiator.logout(0));
        initiator.receive();
        initiator.closedByTarget();
    }

    @Override
    public void close() {
        initiator.close();
    }
}
