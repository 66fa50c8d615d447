package io.stemma.engine.layer;

/**
 * Joins neighbouring runs of one state, also over the borders of chunks, and passes those on that
 * are not ABSENT. One thread.
 */
final class RunJoiner {
    private final PresenceMap.RunVisitor visitor;
    private long first;
    private long count;
    private BlockState state = BlockState.ABSENT;

    RunJoiner(PresenceMap.RunVisitor visitor) {
        this.visitor = visitor;
    }

    /** One more run; it begins where the last one ended. */
    void add(long nextFirst, long nextCount, BlockState nextState) {
        if (nextState == state) {
            count += nextCount;
            return;
        }
        end();
        first = nextFirst;
        count = nextCount;
        state = nextState;
    }

    /** Passes the last run on. */
    void end() {
        if (state != BlockState.ABSENT) {
            visitor.run(first, count, state);
        }
    }
}
