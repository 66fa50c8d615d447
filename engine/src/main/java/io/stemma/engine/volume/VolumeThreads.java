package io.stemma.engine.volume;

/** The threads of a backend as one volume gets them: a share of each pool. Any thread. */
final class VolumeThreads {
    private final Lane io;
    private final Lane sync;

    VolumeThreads(BackendThreads threads) {
        io = new Lane(threads::io);
        sync = new Lane(threads::sync);
    }

    /** As {@link BackendThreads#io}. */
    boolean io(Runnable task) {
        return io.run(task);
    }

    /** As {@link BackendThreads#sync}. */
    boolean sync(Runnable task) {
        return sync.run(task);
    }
}
