package io.stemma.server.scsi;

/**
 * READ DEFECT DATA 10 and 12 (SBC-4): both lists are empty, for what lies below hides its own
 * defects.
 */
final class ReadDefectData extends Command {
    private static final int REQUESTED = 0x18;
    private static final int FORMAT = 0x07;
    private static final int SHORT_BLOCK = 0;
    private static final int LONG_BLOCK = 3;

    private final boolean twelve;

    private ReadDefectData(boolean twelve) {
        this.twelve = twelve;
    }

    static ReadDefectData ten() {
        return new ReadDefectData(false);
    }

    static ReadDefectData twelve() {
        return new ReadDefectData(true);
    }

    /**
     * A format that names places of a medium is not to be had here: then the lists come by block,
     * and sense data says so.
     */
    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        int asked = cdb[twelve ? 1 : 2] & (REQUESTED | FORMAT);
        int format = asked & FORMAT;
        boolean known = format == SHORT_BLOCK || format == LONG_BLOCK;
        byte[] data = new byte[twelve ? 8 : 4];
        data[1] = (byte) (known ? asked : (asked & REQUESTED) | LONG_BLOCK);
        long allocation = twelve ? BigEndian.u32(cdb, 6) : BigEndian.u16(cdb, 7);
        DataIn.put(task, data, allocation);
        if (known) {
            Sense.good(task);
        } else {
            Sense.withData(
                    task,
                    state.descriptorSense(),
                    SenseKey.RECOVERED_ERROR,
                    AdditionalSense.DEFECT_LIST_NOT_FOUND);
        }
    }
}
