package io.stemma.server.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.PduDecoder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiveThresholdTest {
    private static final int NOP_OUT = 0x00;

    static {
        Epoll.ensureAvailability();
    }

    private final EpollSocketChannel socket = new EpollSocketChannel();
    private final ReceiveThreshold threshold = new ReceiveThreshold(socket.config());

    @AfterEach
    void closeSocket() {
        socket.unsafe().closeForcibly();
    }

    private int lowWater() {
        return socket.config().getOption(ReceiveThreshold.RECEIVE_LOW_WATER);
    }

    private void come(int dataBytes, int pdus) {
        ByteBuf bytes = Unpooled.directBuffer();
        try {
            bytes.writeByte(NOP_OUT).writeByte(0x80).writeShort(0).writeInt(dataBytes);
            bytes.writeZero(Pdu.HEADER_BYTES - 8 + dataBytes);
            PduDecoder decoder = new PduDecoder(1 << 20);
            assertThat(decoder.next(bytes)).isEqualTo(PduDecoder.Outcome.PDU);
            threshold.reading();
            for (int i = 0; i < pdus; i++) {
                threshold.came(decoder.pdu());
            }
        } finally {
            bytes.release();
        }
    }

    @Test
    void fourMoreLikeTheLastAreToCome() {
        come(4096, 1);
        threshold.raise();
        assertThat(lowWater()).isEqualTo(4 * (48 + 4096));
        threshold.lower();
        assertThat(lowWater()).isEqualTo(1);
    }

    @Test
    void longPdusRaiseItNoHigherThan32KiB() {
        come(128 << 10, 2);
        threshold.raise();
        assertThat(lowWater()).isEqualTo(32 << 10);
    }

    @Test
    void shortPdusAndManyAtATimeDoNotRaiseIt() {
        come(460, 1);
        threshold.raise();
        assertThat(lowWater()).isEqualTo(1);
        come(4096, 3);
        threshold.raise();
        assertThat(lowWater()).isEqualTo(1);
        come(4096, 0);
        threshold.raise();
        assertThat(lowWater()).isEqualTo(1);
    }

    @Test
    void aClosedSocketAndAnotherTransportAreLeftAlone() {
        come(4096, 1);
        socket.unsafe().closeForcibly();
        threshold.raise();
        threshold.lower();
        ReceiveThreshold other = new ReceiveThreshold(new EmbeddedChannel().config());
        other.raise();
        other.lower();
    }
}
