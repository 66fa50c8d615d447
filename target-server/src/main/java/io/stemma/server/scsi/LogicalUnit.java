package io.stemma.server.scsi;

/** A logical unit (SAM-5, 4.5.19): executes commands on a volume. */
public final class LogicalUnit {
    /**
     * Executes a command whose data out is complete. Called on the event loop of the task's nexus;
     * ends with {@link ScsiTask#finish}, perhaps before this returns, perhaps on another thread.
     */
    public void execute(ScsiTask task) {
        task.status(2);
        task.finish();
    }

    /** Bytes of data out that the CDB asks for; 0 if none or if the command will be refused. */
    public int dataOutLength(byte[] cdb) {
        return cdb[0] == 0x2a ? 512 : 0;
    }

    /** Whether the storage asks for fewer commands; the command window narrows while it is true. */
    public boolean congested() {
        return false;
    }

    /** LOGICAL UNIT RESET (SAM-5, 7.5): aborts all tasks of all nexuses, then raises attentions. */
    public void reset(Nexus from, Runnable done) {
        done.run();
    }

    /** CLEAR TASK SET (SAM-5, 7.4): aborts all tasks of all nexuses on this unit. */
    public void clearTaskSet(Nexus from, Runnable done) {
        done.run();
    }
}
