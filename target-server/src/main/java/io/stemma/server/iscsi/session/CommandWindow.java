package io.stemma.server.iscsi.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

/**
 * Which commands of a session are due (RFC 7143, 4.2.2.1). CmdSN, ExpCmdSN and MaxCmdSN are numbers
 * of serial arithmetic (RFC 1982). A command inside the window that comes before its turn is held
 * in a ring; one outside is ignored. The window is as wide as the commands that could still be
 * started, never closes while nothing runs, and never moves back. An empty buffer in the ring
 * stands for a number that was aborted before it came.
 */
public final class CommandWindow {
    /** What to do with a command. */
    public enum Verdict {
        /** It is the next one. */
        DUE,
        /** Older ones are missing. */
        EARLY,
        /** Outside the window or there already: as if it never came. */
        IGNORED
    }

    /** Width while storage asks for fewer commands. */
    private static final int NARROW = 8;

    private static final long[] NEVER = {};

    private final int ringLength;

    /** A single empty place until the first command comes early: idle sessions are many. */
    private @Nullable ByteBuf[] held = new @Nullable ByteBuf[1];

    /** When each held command came; made when the first one is held. */
    private long[] heldNanos = NEVER;

    private final int heldBytesMax;
    private final int width;
    private int expCmdSn;
    private int maxCmdSn;
    private int inFlight;
    private int heldCount;
    private int heldBytes;
    private boolean narrow;
    private long takenNanos;

    /**
     * A window that waits for its first command.
     *
     * @param firstCmdSn CmdSN of that command
     * @param width most commands in flight
     * @param heldBytesMax most bytes of commands held before their turn
     */
    public CommandWindow(int firstCmdSn, int width, int heldBytesMax) {
        Invariant.check(width > 0, "a command window is open for one command at least");
        this.width = width;
        this.heldBytesMax = heldBytesMax;
        ringLength = Integer.highestOneBit(2 * width - 1);
        expCmdSn = firstCmdSn;
        maxCmdSn = firstCmdSn + width - 1;
    }

    /** Judges the number of a command that is not immediate. */
    public Verdict judge(int cmdSn) {
        if (cmdSn == expCmdSn && maxCmdSn - cmdSn >= 0) {
            return Verdict.DUE;
        }
        boolean inside = cmdSn - expCmdSn > 0 && maxCmdSn - cmdSn >= 0;
        return inside && held[slot(cmdSn)] == null ? Verdict.EARLY : Verdict.IGNORED;
    }

    /** The command that was due is here. */
    public void advance() {
        expCmdSn++;
    }

    /**
     * Keeps an early command, or forgets it where that would be too much. Takes ownership.
     *
     * @param nanos when it came, as System.nanoTime() tells it
     */
    public void hold(int cmdSn, ByteBuf copy, long nanos) {
        if (heldBytes + copy.readableBytes() > heldBytesMax) {
            copy.release();
            return;
        }
        put(cmdSn, copy);
        if (heldNanos.length == 0) {
            heldNanos = new long[ringLength];
        }
        heldNanos[slot(cmdSn)] = nanos;
    }

    /**
     * An abort says that a command is not to be executed when it comes (RFC 7143, 11.6.1 b): counts
     * as received.
     *
     * @return whether the number is inside the window and not there yet
     */
    public boolean skip(int cmdSn) {
        Verdict verdict = judge(cmdSn);
        if (verdict == Verdict.IGNORED) {
            return false;
        }
        put(cmdSn, Unpooled.EMPTY_BUFFER);
        return true;
    }

    private void put(int cmdSn, ByteBuf entry) {
        if (held.length < ringLength) {
            held = new @Nullable ByteBuf[ringLength];
        }
        held[slot(cmdSn)] = entry;
        heldCount++;
        heldBytes += entry.readableBytes();
    }

    /**
     * The next command if it is held, which the caller then owns; null if it has to be waited for.
     */
    public @Nullable ByteBuf takeDue() {
        while (heldCount > 0) {
            int slot = slot(expCmdSn);
            ByteBuf entry = held[slot];
            if (entry == null) {
                return null;
            }
            held[slot] = null;
            heldCount--;
            heldBytes -= entry.readableBytes();
            expCmdSn++;
            if (entry.isReadable()) {
                takenNanos = heldNanos[slot];
                return entry;
            }
        }
        return null;
    }

    /** When the command came that {@link #takeDue} returned last. */
    public long takenNanos() {
        return takenNanos;
    }

    /** Forgets a held command with that initiator task tag; it counts as received. */
    public boolean dropHeld(int initiatorTaskTag) {
        for (int slot = 0; heldCount > 0 && slot < held.length; slot++) {
            ByteBuf entry = held[slot];
            if (entry != null && entry.isReadable() && entry.getInt(16) == initiatorTaskTag) {
                heldBytes -= entry.readableBytes();
                entry.release();
                held[slot] = Unpooled.EMPTY_BUFFER;
                return true;
            }
        }
        return false;
    }

    /** Gives held commands back. */
    public void close() {
        for (int slot = 0; slot < held.length; slot++) {
            ByteBuf entry = held[slot];
            held[slot] = null;
            if (entry != null && entry.isReadable()) {
                entry.release();
            }
        }
        heldCount = 0;
        heldBytes = 0;
    }

    /** A numbered command began to run. */
    public void opened() {
        inFlight++;
    }

    /** A numbered command ended; called before its answer is written. */
    public void closed() {
        inFlight--;
        Invariant.check(inFlight >= 0, "a command ends once");
    }

    /** Numbered commands that run. */
    public int inFlight() {
        return inFlight;
    }

    /** Whether to hand out fewer numbers for the time being. */
    public void narrow(boolean yes) {
        narrow = yes;
    }

    /** ExpCmdSN. */
    public int expCmdSn() {
        return expCmdSn;
    }

    /** MaxCmdSN as the next PDU tells it. */
    public int maxCmdSn() {
        int free = Math.max(narrow ? Math.min(NARROW, width) - inFlight : width - inFlight, 0);
        int next = expCmdSn + (inFlight == 0 ? Math.max(free, 1) : free) - 1;
        if (next - maxCmdSn > 0) {
            maxCmdSn = next;
        }
        return maxCmdSn;
    }

    private int slot(int cmdSn) {
        return cmdSn & held.length - 1;
    }
}
