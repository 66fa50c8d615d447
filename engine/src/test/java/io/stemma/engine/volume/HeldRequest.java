package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRange;

/** A hold on the blocks of one request, which is submitted as soon as the hold is granted. */
final class HeldRequest extends RangeLock {
    private final Volume volume;
    private final TestRequest request;
    private boolean granted;

    HeldRequest(Volume volume, TestRequest request) {
        super(new BlockRange(request.firstBlock(), request.blockCount()));
        this.volume = volume;
        this.request = request;
    }

    /** Asks for the hold. */
    HeldRequest ask() {
        volume.lockExclusive(this);
        return this;
    }

    @Override
    protected void granted() {
        granted = true;
        request.on(volume, this);
    }

    /** Whether the request was submitted. */
    boolean submitted() {
        return granted;
    }

    /** Ends the hold, once the request has ended. */
    void end() {
        volume.unlock(this);
    }
}
