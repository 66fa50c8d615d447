package io.stemma.engine.volume;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.FileException;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Where a layer held data in a range at some moment, to give it back later. */
final class RunsOfData {
    private record Run(long first, long count) {}

    private final List<Run> runs = new ArrayList<>();

    RunsOfData(Layer layer, long first, long until) {
        PresenceMap presence = layer.presence();
        long last = Math.min(until, presence.blockCount());
        for (long block = first; block < last; ) {
            BlockState state = presence.get(block);
            long run = Math.max(1, presence.run(block, last - block, state));
            if (state == BlockState.DATA) {
                runs.add(new Run(block, run));
            }
            block += run;
        }
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Gives all of it back. */
    void punch(PoolSpace space, BlockFile file) throws IOException {
        for (Run run : runs) {
            punch(space, file, run.first, run.count);
        }
    }

    /** Gives back what the layer does not hold any more. */
    void punchWhereGone(PoolSpace space, Layer layer) throws IOException {
        PresenceMap presence = layer.presence();
        for (Run run : runs) {
            long end = run.first + run.count;
            for (long block = run.first; block < end; ) {
                BlockState state = presence.get(block);
                long same = Math.max(1, presence.run(block, end - block, state));
                if (state != BlockState.DATA) {
                    punch(space, layer.file(), block, same);
                }
                block += same;
            }
        }
    }

    private static void punch(PoolSpace space, BlockFile file, long first, long count)
            throws IOException {
        try {
            space.punch(file, first, count);
        } catch (FileException failed) {
            if (failed.reason() != FileException.Reason.UNSUPPORTED) {
                throw failed;
            }
            // The space comes back when the file goes.
        }
    }
}
