package io.stemma.server.iscsi.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.stemma.server.iscsi.pdu.PduDecoder;
import io.stemma.server.iscsi.pdu.ReceiveBuffer;

/**
 * Makes the socket receive behind the bytes that the connection has not decoded yet, instead of
 * into buffers that would have to be joined. One system call a wake-up: what did not fit comes with
 * the next.
 */
final class InPlaceAllocator implements RecvByteBufAllocator {
    /** What is read at once from an initiator that is not listened to any more. */
    private static final int DISCARDED_BYTES = 4096;

    private final ReceiveBuffer receive;
    private final PduDecoder decoder;

    InPlaceAllocator(ReceiveBuffer receive, PduDecoder decoder) {
        this.receive = receive;
        this.decoder = decoder;
    }

    @Override
    // Netty still asks for the old type and casts it to the new one.
    @SuppressWarnings("deprecation")
    public Handle newHandle() {
        return new OneRead();
    }

    private final class OneRead implements ExtendedHandle {
        private int lastBytesRead;
        private int attemptedBytesRead;

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            if (receive.isClosed()) {
                return allocator.directBuffer(DISCARDED_BYTES);
            }
            return receive.room(decoder.bytesWanted()).retain();
        }

        @Override
        public int guess() {
            return SessionLimits.RECEIVE_BYTES;
        }

        @Override
        public void reset(ChannelConfig config) {
            lastBytesRead = 0;
        }

        @Override
        public void incMessagesRead(int messages) {}

        @Override
        public void lastBytesRead(int bytes) {
            lastBytesRead = bytes;
            receive.received(bytes);
        }

        @Override
        public int lastBytesRead() {
            return lastBytesRead;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attemptedBytesRead = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attemptedBytesRead;
        }

        @Override
        public boolean continueReading() {
            return false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return false;
        }

        @Override
        public void readComplete() {}
    }
}
