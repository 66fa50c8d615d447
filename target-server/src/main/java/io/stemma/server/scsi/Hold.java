package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.volume.RangeLock;

/** A command's exclusive hold on blocks; the command begins when it is granted. */
final class Hold extends RangeLock {
    private final Stepped command;

    Hold(BlockRange range, Stepped command) {
        super(range);
        this.command = command;
    }

    @Override
    protected void granted() {
        command.begin();
    }
}
