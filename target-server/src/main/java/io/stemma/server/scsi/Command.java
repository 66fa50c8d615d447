package io.stemma.server.scsi;

/**
 * What one row of the {@link CommandTable} does. Without state of its own, so that all logical
 * units share it; what a command needs over several storage operations stands in a {@link Stepped}.
 */
abstract class Command {
    /**
     * Bytes of data out that the CDB asks for. Judged from the CDB and the size of a logical block
     * alone, which never change: were it judged from anything that can change before {@link
     * #execute}, a write could be executed for which nothing was gathered.
     *
     * @return 0 if the command takes none or will be refused whatever happens
     */
    int dataOut(UnitState state, byte[] cdb) {
        return 0;
    }

    /**
     * Executes the command; the row's access was granted already. Ends with {@link
     * ScsiTask#finish}, perhaps later and on another thread.
     *
     * @param state what the unit was when the command came
     */
    abstract void execute(LogicalUnit unit, UnitState state, ScsiTask task);
}
