package io.stemma.server.scsi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;

/** A task whose transport is the test. */
final class TestTask extends ScsiTask {
    private static final int MEMORY_BYTES = 17 << 20;

    private MemorySegment in = memory(1 << 16);
    private MemorySegment out = memory(1 << 16);

    /** EDTL of a read. */
    int expectedIn = Integer.MAX_VALUE;

    /** EDTL of a write. */
    int expectedOut;

    int finished;
    private int allocated;
    private boolean later;

    private static MemorySegment memory(long bytes) {
        return Arena.ofAuto().allocate(bytes, 8);
    }

    private long makeRoom(int lengthBytes) {
        if (lengthBytes > MEMORY_BYTES) {
            throw new IllegalStateException("memory of " + lengthBytes + " bytes");
        }
        if (in.byteSize() < lengthBytes) {
            in = memory(lengthBytes);
        }
        allocated = lengthBytes;
        return in.address();
    }

    @Override
    public int expectedDataInLength() {
        return expectedIn;
    }

    @Override
    public int expectedDataOutLength() {
        return expectedOut;
    }

    @Override
    public long dataInNow(int lengthBytes) {
        return makeRoom(lengthBytes);
    }

    @Override
    public long dataInLater(int lengthBytes) {
        if (later || lengthBytes <= 0) {
            throw new IllegalStateException("dataInLater of " + lengthBytes);
        }
        later = true;
        return makeRoom(lengthBytes);
    }

    @Override
    protected void broken(RuntimeException ours) {
        throw ours;
    }

    @Override
    public void finish() {
        finished++;
    }

    /** Begins a command; data out is what was announced and gathered. */
    void begin(Nexus from, byte[] newCdb, byte[] dataOut) {
        begin(from, TaskAttribute.SIMPLE);
        Arrays.fill(cdb(), (byte) 0);
        System.arraycopy(newCdb, 0, cdb(), 0, newCdb.length);
        finished = 0;
        allocated = 0;
        later = false;
        expectedOut = dataOut.length;
        if (out.byteSize() < dataOut.length) {
            out = memory(dataOut.length);
        }
        MemorySegment.copy(dataOut, 0, out, ValueLayout.JAVA_BYTE, 0, dataOut.length);
        dataOut(out.address(), dataOut.length);
    }

    /** The same command once more. */
    void again() {
        finished = 0;
        later = false;
    }

    /** Data in as it would be sent. */
    byte[] data() {
        int sent = Math.min(dataInLength(), expectedIn);
        if (sent > allocated) {
            throw new IllegalStateException(sent + " bytes to send from " + allocated);
        }
        return in.asSlice(0, sent).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Data in as hexadecimal digits. */
    String hex() {
        return HexFormat.of().formatHex(data());
    }

    /**
     * "GOOD", "BUSY", "CONFLICT", "5/2400", or "unfinished"; a field pointer follows as "C1.7" or
     * "D8".
     */
    String outcome() {
        if (finished != 1) {
            return finished == 0 ? "unfinished" : "finished " + finished + " times";
        }
        return switch (status()) {
            case Sense.GOOD -> "GOOD";
            case Sense.BUSY -> "BUSY";
            case Sense.RESERVATION_CONFLICT -> "CONFLICT";
            default -> senseText();
        };
    }

    private String senseText() {
        byte[] sense = sense();
        if (sense[0] == 0x72) {
            return "72 " + HexFormat.of().formatHex(sense, 0, senseLength());
        }
        String text = String.format("%x/%02x%02x", sense[2], sense[12], sense[13]);
        if ((sense[15] & 0x80) != 0) {
            text += (sense[15] & 0x40) != 0 ? " C" : " D";
            text += BigEndian.u16(sense, 16);
            text += (sense[15] & 8) != 0 ? "." + (sense[15] & 7) : "";
        }
        if ((sense[0] & 0x80) != 0) {
            text += " I" + BigEndian.u32(sense, 3);
        }
        return text;
    }
}
