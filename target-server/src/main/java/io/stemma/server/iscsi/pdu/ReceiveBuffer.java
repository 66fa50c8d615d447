package io.stemma.server.iscsi.pdu;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

import java.util.ArrayList;

/**
 * The memory a connection receives into. The socket appends behind what was not yet decoded, so
 * that no PDU is copied together. Whoever keeps data retains the buffer; a buffer that is kept is
 * never moved, another one takes its place. At most {@value #BUFFERS_MAX} exist: while others than
 * the current one are kept, {@link #mayHold} says no before the last one would be pinned too.
 */
public final class ReceiveBuffer {
    /** Buffers of one connection; when reached, data is copied instead of kept. */
    public static final int BUFFERS_MAX = 4;

    /** With less room than this a read would be too small to be worth its system call. */
    private static final int ROOM_BYTES_MIN = 16 << 10;

    private final ByteBufAllocator allocator;
    private final ArrayList<ByteBuf> parked = new ArrayList<>(BUFFERS_MAX);
    private int capacityBytes;
    private ByteBuf current;
    private boolean closed;

    /** A buffer of that capacity. */
    public ReceiveBuffer(ByteBufAllocator allocator, int capacityBytes) {
        this.allocator = allocator;
        this.capacityBytes = capacityBytes;
        current = fresh();
    }

    /** What buffers hold from the next {@link #room} on. */
    public void capacity(int newCapacityBytes) {
        capacityBytes = newCapacityBytes;
    }

    /** The received bytes that were not decoded, from its reader index. */
    public ByteBuf bytes() {
        return current;
    }

    /** Whether it is this very buffer that is received into now. */
    @SuppressWarnings("ReferenceEquality") // Equal bytes elsewhere are not the same memory.
    public boolean is(ByteBuf buffer) {
        return buffer == current;
    }

    /** Whether the current buffer may be retained beyond the PDU that is being handled. */
    public boolean mayHold() {
        return parked.size() < BUFFERS_MAX - 1 || freeParked() >= 0;
    }

    /**
     * Makes room behind the received bytes.
     *
     * @param bytesWanted length of the PDU that begins at the reader index, as far as is known
     * @return the buffer to receive into
     */
    public ByteBuf room(int bytesWanted) {
        boolean alone = current.refCnt() == 1;
        if (!current.isReadable() && alone) {
            current.clear();
        }
        int missing = Math.max(bytesWanted - current.readableBytes(), 1);
        int needed = current.isReadable() ? missing : Math.max(missing, ROOM_BYTES_MIN);
        boolean right = current.capacity() == Math.max(capacityBytes, bytesWanted);
        if (right && current.writableBytes() >= needed) {
            return current;
        }
        if (right && alone) {
            current.discardReadBytes();
            return current;
        }
        replace(bytesWanted);
        return current;
    }

    private void replace(int bytesWanted) {
        ByteBuf next = next(Math.max(capacityBytes, bytesWanted));
        next.writeBytes(current);
        ByteBuf old = current;
        current = next;
        if (old.refCnt() > 1 && parked.size() < BUFFERS_MAX - 1) {
            parked.add(old);
        } else {
            old.release();
        }
    }

    private ByteBuf next(int capacity) {
        for (int free = freeParked(); free >= 0; free = freeParked()) {
            ByteBuf found = parked.remove(free);
            if (found.capacity() == capacity) {
                return found.clear();
            }
            found.release();
        }
        return allocator.directBuffer(capacity, capacity);
    }

    private int freeParked() {
        for (int i = 0; i < parked.size(); i++) {
            if (parked.get(i).refCnt() == 1) {
                return i;
            }
        }
        return -1;
    }

    private ByteBuf fresh() {
        return allocator.directBuffer(capacityBytes, capacityBytes);
    }

    /**
     * Gives memory back until {@link #room} is asked for again, where no byte and nobody needs it.
     */
    public void idle() {
        if (!closed && !current.isReadable() && current.refCnt() == 1) {
            current.release();
            current = Unpooled.EMPTY_BUFFER;
            for (int free = freeParked(); free >= 0; free = freeParked()) {
                parked.remove(free).release();
            }
        }
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return closed;
    }

    /** Gives all memory back; what others retained lives on until they release it. */
    public void close() {
        if (!closed) {
            closed = true;
            current.release();
            parked.forEach(ByteBuf::release);
            parked.clear();
        }
    }
}
