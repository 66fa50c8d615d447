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
 *
 * <p>A connection on which little comes at a time has a small buffer, and only while bytes lie in
 * it: thousands of idle connections cost no memory for receiving. The first longer read makes it
 * busy, with a buffer as long as {@link #capacity} allows, until {@link #idle}.
 */
public final class ReceiveBuffer {
    /** Buffers of one connection; when reached, data is copied instead of kept. */
    public static final int BUFFERS_MAX = 4;

    /** With less room than this a read would be too small to be worth its system call. */
    private static final int ROOM_BYTES_MIN = 16 << 10;

    /** A read at least that long makes a connection busy. */
    private static final int BUSY_READ_BYTES = 2048;

    private final ByteBufAllocator allocator;
    private final ArrayList<ByteBuf> parked = new ArrayList<>(0);
    private final int quietBytes;
    private int busyBytes;
    private int capacityBytes;
    private ByteBuf current;
    private boolean closed;

    /** Buffers of that capacity, as long as {@link #capacity} allows no more. */
    public ReceiveBuffer(ByteBufAllocator allocator, int quietBytes) {
        this.allocator = allocator;
        this.quietBytes = quietBytes;
        busyBytes = quietBytes;
        capacityBytes = quietBytes;
        current = Unpooled.EMPTY_BUFFER;
    }

    /** What buffers may hold from now on while much comes. */
    public void capacity(int newBusyBytes) {
        busyBytes = newBusyBytes;
    }

    /** So many bytes have come in one read. */
    public void received(int bytes) {
        if (bytes >= BUSY_READ_BYTES) {
            capacityBytes = busyBytes;
        }
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

    /** Everything that came was looked at: a quiet connection keeps no memory. */
    public void drained() {
        if (capacityBytes == quietBytes) {
            giveBack();
        }
    }

    /** Nothing came for a while: the connection is quiet again. */
    public void idle() {
        capacityBytes = quietBytes;
        giveBack();
    }

    /** Gives memory back until {@link #room} is asked for, where no byte and nobody needs it. */
    private void giveBack() {
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
