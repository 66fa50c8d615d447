package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.volume.PointsInTime;
import io.stemma.server.cli.ControlProtocol;

/**
 * Adds up where two points in time differ, and lists the first runs behind an offset: there may be
 * more than an answer can hold. Neighbours of the same kind become one run. One thread.
 */
final class Difference implements PointsInTime.RunVisitor {
    /** Runs in one answer, about 60 bytes each. */
    static final int RUNS_MAX = 50_000;

    private final int blockBytes;
    private final long start;
    private final ArrayNode listed = ControlProtocol.JSON.createArrayNode();
    private final boolean summary;
    private long dataBytes;
    private long zeroBytes;
    private long runs;
    private long nextOffset = -1;

    /** The run that the next may continue; none while it is empty. */
    private long first;

    private long count;
    private boolean data;

    /**
     * A difference that nothing was added to.
     *
     * @param start bytes; runs before it are counted and not listed
     * @param summary whether none are listed
     */
    Difference(int blockBytes, long start, boolean summary) {
        this.blockBytes = blockBytes;
        this.start = start;
        this.summary = summary;
    }

    @Override
    public void run(long firstBlock, long blockCount, boolean mapped) {
        if (count > 0 && mapped == data && first + count == firstBlock) {
            count += blockCount;
            return;
        }
        end();
        first = firstBlock;
        count = blockCount;
        data = mapped;
    }

    private void end() {
        if (count == 0) {
            return;
        }
        long offset = first * blockBytes;
        long length = count * blockBytes;
        runs++;
        if (data) {
            dataBytes += length;
        } else {
            zeroBytes += length;
        }
        if (!summary && offset >= start) {
            if (listed.size() < RUNS_MAX) {
                listed.addObject().put("offset", offset).put("length", length).put("data", data);
            } else if (nextOffset < 0) {
                nextOffset = offset;
            }
        }
        count = 0;
    }

    /** Sums, runs, and where the next answer begins if there is more. */
    ObjectNode result() {
        end();
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        result.put("changedBytes", dataBytes + zeroBytes);
        result.put("dataBytes", dataBytes);
        result.put("zeroBytes", zeroBytes);
        result.put("runCount", runs);
        if (!summary) {
            result.set("runs", listed);
        }
        if (nextOffset >= 0) {
            result.put("nextOffset", nextOffset);
        }
        return result;
    }
}
