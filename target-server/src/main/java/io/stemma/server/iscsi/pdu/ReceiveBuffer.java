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
 * it or work goes on: thousands of idle connections cost no memory for receiving. The first longer
 * read makes it busy, with a buffer as long as {@link #capacity} allows, until {@link #idle}. Where
 * the {@link ReceiveMemory} of all connections is short, small buffers have to do, and a longer PDU
 * has to wait; see {@link #prepare}.
 */
public final class ReceiveBuffer {
    /** Buffers of one connection; when reached, data is copied instead of kept. */
    public static final int BUFFERS_MAX = 4;

    /** With less room than this a read would be too small to be worth its system call. */
    private static final int ROOM_BYTES_MIN = 16 << 10;

    /** A read at least that long makes a connection busy. */
    private static final int BUSY_READ_BYTES = 2048;

    private final ByteBufAllocator allocator;
    private final ReceiveMemory shared;
    private final ArrayList<ByteBuf> parked = new ArrayList<>(0);
    private final int quietBytes;
    private int busyBytes;
    private int capacityBytes;
    private ByteBuf current;
    private boolean keeping;
    private boolean closed;

    /** Buffers of that capacity, as long as {@link #capacity} allows no more. */
    public ReceiveBuffer(ByteBufAllocator allocator, ReceiveMemory shared, int quietBytes) {
        this.allocator = allocator;
        this.shared = shared;
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
        return freeParked() >= 0
                || (parked.size() < BUFFERS_MAX - 1
                        && (capacityBytes <= quietBytes || shared.abundant(capacityBytes)));
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
        if (capacityBytes > quietBytes && freeParked() < 0 && !shared.abundant(capacityBytes)) {
            capacityBytes = quietBytes;
            return room(bytesWanted);
        }
        replace(Math.max(capacityBytes, bytesWanted));
        return current;
    }

    /**
     * Makes room for the rest of a long PDU before it is read, or returns false where the memory of
     * all connections is taken. A short one always has room.
     */
    public boolean prepare(int bytesWanted) {
        if (bytesWanted <= quietBytes || !current.isReadable()) {
            return true;
        }
        try {
            room(bytesWanted);
            return true;
        } catch (OutOfMemoryError none) {
            return false;
        }
    }

    private void replace(int capacity) {
        ByteBuf next = next(capacity);
        next.writeBytes(current);
        ByteBuf old = current;
        current = next;
        if (old.refCnt() > 1 && parked.size() < BUFFERS_MAX - 1) {
            parked.add(old);
        } else {
            release(old);
        }
    }

    private ByteBuf next(int capacity) {
        for (int free = freeParked(); free >= 0; free = freeParked()) {
            ByteBuf found = parked.remove(free);
            if (found.capacity() == capacity) {
                return found.clear();
            }
            release(found);
        }
        int counted = counted(capacity);
        if (!shared.take(counted)) {
            throw new OutOfMemoryError("no memory to receive " + capacity + " bytes");
        }
        try {
            return allocator.directBuffer(capacity, capacity);
        } catch (OutOfMemoryError none) {
            shared.give(counted);
            throw none;
        }
    }

    private void release(ByteBuf old) {
        shared.give(counted(old.capacity()));
        old.release();
    }

    /** Small buffers are as many as connections, whose number is bounded. */
    private int counted(int capacity) {
        return capacity > quietBytes ? capacity : 0;
    }

    private int freeParked() {
        for (int i = 0; i < parked.size(); i++) {
            if (parked.get(i).refCnt() == 1) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Everything that came was looked at: a quiet connection keeps no memory unless it is logged in
     * and one of the few that may until they are {@link #idle}.
     *
     * @return whether it is one of these
     */
    public boolean drained() {
        if (!keeping && busyBytes > quietBytes && !closed) {
            keeping = shared.keep();
        }
        if (capacityBytes == quietBytes && !keeping) {
            giveBack();
        }
        return keeping;
    }

    private void endKeeping() {
        if (keeping) {
            keeping = false;
            shared.endKeeping();
        }
    }

    /**
     * Nothing came for a while: the connection is quiet again.
     *
     * @param bytesWanted length of a PDU that has begun, for which memory is kept
     */
    public void idle(int bytesWanted) {
        endKeeping();
        capacityBytes = quietBytes;
        giveBack();
        int needed = Math.max(quietBytes, bytesWanted);
        int readable = current.readableBytes();
        if (!closed && readable > 0 && readable <= needed && current.capacity() > needed) {
            try {
                replace(needed);
            } catch (OutOfMemoryError none) {
                capacityBytes = Math.max(quietBytes, Math.min(busyBytes, current.capacity()));
            }
        }
    }

    /** Gives memory back until {@link #room} is asked for, where no byte and nobody needs it. */
    private void giveBack() {
        if (!closed && !current.isReadable() && current.refCnt() == 1) {
            release(current);
            current = Unpooled.EMPTY_BUFFER;
            for (int free = freeParked(); free >= 0; free = freeParked()) {
                release(parked.remove(free));
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
            endKeeping();
            release(current);
            parked.forEach(this::release);
            parked.clear();
        }
    }
}
