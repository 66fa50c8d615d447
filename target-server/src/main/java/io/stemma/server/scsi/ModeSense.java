package io.stemma.server.scsi;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.Invariant;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** MODE SENSE 6 and 10 (SPC-5). */
final class ModeSense extends Command {
    private static final int DBD = 0x08;
    private static final int LLBAA = 0x10;
    private static final int WRITE_PROTECTED = 0x80;
    private static final int DPOFUA = 0x10;

    private final boolean ten;

    private ModeSense(boolean ten) {
        this.ten = ten;
    }

    static ModeSense six() {
        return new ModeSense(false);
    }

    static ModeSense ten() {
        return new ModeSense(true);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        boolean descriptor = state.descriptorSense();
        int control = cdb[2] >>> 6 & 3;
        int code = cdb[2] & 0x3f;
        int subpage = cdb[3] & 0xff;
        if (control == ModePages.PC_SAVED) {
            Sense.check(
                    task,
                    descriptor,
                    SenseKey.ILLEGAL_REQUEST,
                    AdditionalSense.SAVING_PARAMETERS_NOT_SUPPORTED);
            return;
        }
        List<Integer> keys = ModePages.keys(code, subpage);
        if (keys.isEmpty()) {
            if (ModePages.exists(code)) {
                Sense.invalidInCdb(task, descriptor, 3);
            } else {
                Sense.invalidInCdb(task, descriptor, 2, 5);
            }
            return;
        }
        byte[] pages = pages(keys, control, state, unit);
        byte[] blocks =
                (cdb[1] & DBD) != 0
                        ? new byte[0]
                        : blockDescriptor(state.geometry(), ten && (cdb[1] & LLBAA) != 0);
        long allocation = ten ? BigEndian.u16(cdb, 7) : cdb[4] & 0xff;
        DataIn.send(task, assemble(state, blocks, pages), allocation);
    }

    private static byte[] pages(
            List<Integer> keys, int control, UnitState state, LogicalUnit unit) {
        ByteArrayOutputStream pages = new ByteArrayOutputStream();
        for (int key : keys) {
            byte[] page = ModePages.page(key, control, state, unit);
            Invariant.check(page != null, "a page that is listed exists");
            pages.writeBytes(page);
        }
        return pages.toByteArray();
    }

    /** The block descriptor. A number that does not fit is all ones. */
    private static byte[] blockDescriptor(Geometry geometry, boolean isLong) {
        byte[] blocks = new byte[isLong ? 16 : 8];
        if (isLong) {
            BigEndian.put64(blocks, 0, geometry.blockCount());
            BigEndian.put32(blocks, 12, geometry.logicalBlockBytes());
        } else {
            BigEndian.put32(blocks, 0, Math.min(geometry.blockCount(), 0xffff_ffffL));
            BigEndian.put24(blocks, 5, geometry.logicalBlockBytes());
        }
        return blocks;
    }

    private byte[] assemble(UnitState state, byte[] blocks, byte[] pages) {
        int header = ten ? 8 : 4;
        byte[] data = new byte[header + blocks.length + pages.length];
        int specific = DPOFUA | (state.writeProtected() ? WRITE_PROTECTED : 0);
        if (ten) {
            BigEndian.put16(data, 0, data.length - 2);
            data[3] = (byte) specific;
            data[4] = (byte) (blocks.length == 16 ? 1 : 0);
            BigEndian.put16(data, 6, blocks.length);
        } else {
            data[0] = (byte) (data.length - 1);
            data[2] = (byte) specific;
            data[3] = (byte) blocks.length;
        }
        System.arraycopy(blocks, 0, data, header, blocks.length);
        System.arraycopy(pages, 0, data, header + blocks.length, pages.length);
        return data;
    }
}
