package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/**
 * MODE SELECT 6 and 10 (SPC-5). The whole list is judged before anything changes. What MODE SENSE
 * reports as changeable may change, the rest has to be what it is.
 */
final class ModeSelect extends Command {
    private static final int PAGE_FORMAT = 0x10;
    private static final int SAVE_OR_REVERT = 0x03;
    private static final int LONG_LBA = 0x01;

    private final boolean ten;

    private ModeSelect(boolean ten) {
        this.ten = ten;
    }

    static ModeSelect six() {
        return new ModeSelect(false);
    }

    static ModeSelect ten() {
        return new ModeSelect(true);
    }

    private int listLength(byte[] cdb) {
        return ten ? BigEndian.u16(cdb, 7) : cdb[4] & 0xff;
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return listLength(cdb);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        if ((cdb[1] & PAGE_FORMAT) == 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), 1, 4);
            return;
        }
        if ((cdb[1] & SAVE_OR_REVERT) != 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), 1, (cdb[1] & 2) != 0 ? 1 : 0);
            return;
        }
        int asked = listLength(cdb);
        if (!Transfer.gathered(state, task, asked)) {
            return;
        }
        byte[] list = DataIn.received(task, asked);
        if (list.length == 0) {
            Sense.good(task);
            return;
        }
        new Parameters(unit, state, task, list).apply();
    }

    /** One parameter list while it is judged and applied. */
    private final class Parameters {
        private final LogicalUnit unit;
        private final UnitState state;
        private final ScsiTask task;
        private final byte[] list;
        private final boolean writeCacheNow;
        private boolean writeCache;
        private boolean descriptorSense;
        private boolean writeProtect;

        Parameters(LogicalUnit unit, UnitState state, ScsiTask task, byte[] list) {
            this.unit = unit;
            this.state = state;
            this.task = task;
            this.list = list;
            writeCacheNow = unit.volume().description().writeCache();
            writeCache = writeCacheNow;
            descriptorSense = state.descriptorSense();
            writeProtect = state.softwareWriteProtect();
        }

        void apply() {
            int at = header();
            while (at > 0 && at < list.length) {
                at = page(at);
            }
            if (at < 0) {
                return;
            }
            if (writeCache == writeCacheNow) {
                applied();
            } else {
                unit.changeWriteCache(task.nexus(), writeCache, this::cacheChanged);
            }
        }

        private void cacheChanged(@Nullable DeviceFault fault) {
            if (fault == null) {
                applied();
            } else {
                Faults.end(task, state.descriptorSense(), fault, true);
            }
        }

        private void applied() {
            if (descriptorSense != state.descriptorSense()
                    || writeProtect != state.softwareWriteProtect()) {
                unit.modeParameters(task.nexus(), writeProtect, descriptorSense);
            }
            Sense.good(task);
        }

        /** Returns where the pages begin, or -1 if the command was ended. */
        private int header() {
            int header = ten ? 8 : 4;
            if (list.length < header) {
                return truncated();
            }
            int blocks = ten ? BigEndian.u16(list, 6) : list[3] & 0xff;
            boolean isLong = ten && (list[4] & LONG_LBA) != 0;
            int one = isLong ? 16 : 8;
            if (blocks != 0 && blocks != one) {
                return invalid(ten ? 6 : 3, -1);
            }
            if (list.length < header + blocks) {
                return truncated();
            }
            if (blocks != 0 && !describesUs(header, isLong)) {
                return invalid(header, -1);
            }
            return header + blocks;
        }

        /** No format command stands behind a changed descriptor, so it has to be what it is. */
        private boolean describesUs(int at, boolean isLong) {
            long count = isLong ? BigEndian.s64(list, at) : BigEndian.u32(list, at);
            long bytes = isLong ? BigEndian.u32(list, at + 12) : BigEndian.u24(list, at + 5);
            long all = isLong ? -1L : 0xffff_ffffL;
            return bytes == state.geometry().logicalBlockBytes()
                    && (count == 0 || count == all || count == state.geometry().blockCount());
        }

        /** Judges a page; returns where the next begins, or -1 if the command was ended. */
        private int page(int at) {
            int code = list[at] & 0x3f;
            boolean sub = (list[at] & ModePages.SPF) != 0;
            int header = sub ? 4 : 2;
            if (!ModePages.exists(code)) {
                return invalid(at, 5);
            }
            if (list.length < at + header) {
                return truncated();
            }
            int page = ModePages.key(code, sub ? list[at + 1] & 0xff : 0);
            byte[] current = ModePages.page(page, ModePages.PC_CURRENT, state, unit);
            byte[] mask = ModePages.page(page, ModePages.PC_CHANGEABLE, state, unit);
            if (current == null || mask == null || (sub && (page & 0xff) == 0)) {
                return sub ? invalid(at + 1, -1) : invalid(at, 5);
            }
            for (int i = header / 2; i < header; i++) {
                if (list[at + i] != current[i]) {
                    return invalid(at + header / 2, -1);
                }
            }
            if (list.length < at + current.length) {
                return truncated();
            }
            for (int i = header; i < current.length; i++) {
                int wrong = (list[at + i] ^ current[i]) & ~mask[i] & 0xff;
                if (wrong != 0) {
                    return invalid(at + i, 31 - Integer.numberOfLeadingZeros(wrong));
                }
            }
            if (page == ModePages.CACHING) {
                writeCache = ModePages.writeCache(list, at);
            } else if (page == ModePages.CONTROL) {
                descriptorSense = ModePages.descriptorSense(list, at);
                writeProtect = ModePages.softwareWriteProtect(list, at);
            }
            return at + current.length;
        }

        private int invalid(int atByte, int bit) {
            Sense.invalidInParameters(task, state.descriptorSense(), atByte, bit);
            return -1;
        }

        private int truncated() {
            Sense.check(
                    task,
                    state.descriptorSense(),
                    SenseKey.ILLEGAL_REQUEST,
                    AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            return -1;
        }
    }
}
