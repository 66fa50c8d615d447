package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import java.util.Arrays;

/** Writes as a well-behaved initiator does, in whatever way was negotiated. */
final class DataOut {
    private static final int FIRST_BURST = 64 << 10;

    private DataOut() {}

    static TestInitiator.Outcome write(
            TestInitiator initiator,
            int block,
            byte[] data,
            boolean initialR2T,
            boolean immediateData,
            int segment) {
        int blocks = data.length / MemoryDevice.BLOCK;
        int immediate = immediateData ? Math.min(data.length, FIRST_BURST / 2) : 0;
        int unsolicited = initialR2T ? immediate : Math.min(data.length, FIRST_BURST);
        boolean last = unsolicited == immediate;
        RawPdu command =
                initiator.write10(
                        0, block, blocks, data.length, last, Arrays.copyOf(data, immediate));
        initiator.send(command);
        int tag = command.get32(16);
        if (!last) {
            sequence(initiator, tag, -1, data, immediate, unsolicited - immediate, segment);
        }
        int asked = unsolicited;
        while (asked < data.length) {
            RawPdu r2t = initiator.receive();
            assertThat(r2t.opcode()).isEqualTo(0x31);
            assertThat(r2t.get32(16)).isEqualTo(tag);
            assertThat(r2t.get32(40)).isEqualTo(asked);
            int length = r2t.get32(44);
            sequence(initiator, tag, r2t.get32(20), data, asked, length, segment);
            asked += length;
        }
        return initiator.outcome();
    }

    static void sequence(
            TestInitiator initiator,
            int tag,
            int transferTag,
            byte[] data,
            int from,
            int length,
            int segment) {
        int dataSn = 0;
        for (int at = from; at < from + length; dataSn++) {
            int piece = Math.min(segment, from + length - at);
            initiator.send(
                    initiator.dataOut(
                            tag,
                            transferTag,
                            dataSn,
                            at,
                            at + piece == from + length,
                            Arrays.copyOfRange(data, at, at + piece)));
            at += piece;
        }
    }
}
