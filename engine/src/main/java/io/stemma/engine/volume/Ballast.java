package io.stemma.engine.volume;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.FileException;
import io.stemma.engine.io.Folder;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * A file whose only content is its space: cut off in steps when the journal, or work that gives
 * space back, finds the file system full, and grown again when there is room. Nothing of it has to
 * survive anything, so it is never synced. Blocking; any thread.
 */
final class Ballast implements AutoCloseable {
    static final String NAME = "ballast";

    private static final Logger LOG = LoggerFactory.getLogger(Ballast.class);
    private static final int ZEROES_BYTES = 1 << 20;

    private final Folder folder;
    private @Nullable BlockFile file;
    private volatile long bytes;

    /** Whether space was asked for where the file has holes, which a crash may have left. */
    private boolean solid;

    private boolean zeroes;

    /** The ballast that is there; none is as good. */
    Ballast(Folder folder) throws IOException {
        this.folder = folder;
        if (folder.exists(NAME)) {
            BlockFile found = folder.open(NAME);
            file = found;
            bytes = found.size();
        }
    }

    /** What it occupies. */
    long bytes() {
        return bytes;
    }

    /**
     * Gives up at least so many bytes, or all that it has.
     *
     * @return whether it had any
     */
    synchronized boolean spend(long wanted) {
        BlockFile from = file;
        if (from == null || bytes == 0) {
            return false;
        }
        long step = Math.max(wanted, Limits.BALLAST_STEP_BYTES);
        try {
            shrink(from, Math.max(0, bytes - step));
            LOG.warn("{}: full; {} bytes of ballast are left", folder.path(), bytes);
            return true;
        } catch (IOException failed) {
            LOG.warn("{}: the ballast cannot be spent: {}", folder.path(), failed.toString());
            return false;
        }
    }

    private void shrink(BlockFile from, long to) throws IOException {
        from.resize(to);
        bytes = to;
    }

    /** Makes it smaller at once. */
    synchronized void shrinkTo(long wanted) throws IOException {
        BlockFile from = file;
        if (from != null && bytes > wanted) {
            shrink(from, wanted);
        }
    }

    /**
     * Makes it larger by a step, up to {@code wanted}.
     *
     * @throws IOException if there is no room for that; it is as large as it was then
     */
    synchronized void grow(long wanted) throws IOException {
        BlockFile into = file;
        if (into == null) {
            into = folder.create(NAME, 0);
            file = into;
        }
        long before = bytes;
        long after = Math.min(wanted, before + Limits.BALLAST_STEP_BYTES);
        try {
            long from = solid ? before : 0;
            fill(into, from, after - from);
            solid = true;
            bytes = after;
        } catch (IOException failed) {
            into.resize(before);
            throw failed;
        }
    }

    private void fill(BlockFile into, long from, long length) throws IOException {
        if (!zeroes) {
            try {
                into.allocate(from, length);
                return;
            } catch (FileException failed) {
                if (failed.reason() != FileException.Reason.UNSUPPORTED) {
                    throw failed;
                }
                zeroes = true;
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(ZEROES_BYTES, Long.BYTES).address();
            for (long at = from; at < from + length; at += ZEROES_BYTES) {
                into.write(at, address, (int) Math.min(ZEROES_BYTES, from + length - at));
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        BlockFile open = file;
        if (open != null) {
            file = null;
            open.close();
        }
    }
}
