package io.stemma.engine.journal;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The segment files of a pool: finds them, makes new ones, gives old ones a new incarnation.
 * Blocking; opening thread, then the committer only.
 */
final class SegmentStore implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("journal\\.[0-9]{4,9}");
    private static final int FILL_BYTES = 256 << 10;

    private final Folder folder;
    private final JournalShape shape;
    private final boolean syncsFolder;
    private final List<Segment> valid = new ArrayList<>();
    private final Deque<BlockFile> free = new ArrayDeque<>();
    private long incarnationNext = 1;
    private int indexNext;
    private boolean namesDurable;
    private UUID pool = new UUID(0, 0);

    SegmentStore(Folder folder, JournalShape shape, boolean syncsFolder) {
        this.folder = folder;
        this.shape = shape;
        this.syncsFolder = syncsFolder;
    }

    /**
     * Opens every segment file.
     *
     * @param distrustCache whether a sync failed, so that only the disk knows what it holds
     * @return those with a valid header, by incarnation
     */
    List<Segment> find(boolean distrustCache) throws IOException {
        for (String name : folder.names()) {
            if (!NAME.matcher(name).matches()) {
                continue;
            }
            indexNext = Math.max(indexNext, Integer.parseInt(name.substring(8)) + 1);
            BlockFile file = folder.open(name);
            if (distrustCache) {
                file.dropCache();
            }
            Segment segment = Segment.read(file);
            if (segment == null) {
                free.add(file);
            } else {
                adopt(segment);
            }
        }
        valid.sort(Comparator.comparingLong(segment -> segment.incarnation));
        return List.copyOf(valid);
    }

    private void adopt(Segment segment) {
        if (!valid.isEmpty() && !segment.pool.equals(pool)) {
            throw new JournalDamage(segment.file.name() + " belongs to another pool");
        }
        pool = segment.pool;
        valid.add(segment);
        incarnationNext = Math.max(incarnationNext, segment.incarnation + 1);
    }

    /**
     * Makes sure that a folder without records never had any: a creation that was interrupted
     * leaves files without a header or with a torn one behind, but no group in them, since a header
     * is durable before its first group is written.
     *
     * @throws JournalDamage if a file has lost its header
     */
    void requireNothingLost() throws IOException {
        for (BlockFile file : free) {
            if (holdsSomething(file)) {
                throw new JournalDamage(file.name() + " is not empty, and its header is damaged");
            }
        }
    }

    /** Whether anything was ever written behind the header. */
    private static boolean holdsSomething(BlockFile file) throws IOException {
        ByteBuffer content = ByteBuffer.allocateDirect(FILL_BYTES);
        long size = file.size();
        for (long at = Segment.HEADER_BYTES; at < size; at += FILL_BYTES) {
            int length = (int) Math.min(FILL_BYTES, size - at);
            file.read(at, Segment.address(content), length);
            if (!isZero(content, length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isZero(ByteBuffer content, int length) {
        for (int i = 0; i < length; i++) {
            if (content.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Names of the files without a valid header that hold something behind it. Such a file may have
     * lost records, or a crash came while it was to be used again.
     */
    List<String> headless() throws IOException {
        List<String> headless = new ArrayList<>();
        for (BlockFile file : free) {
            if (holdsSomething(file)) {
                headless.add(file.name());
            }
        }
        return headless;
    }

    /** Begins a pool that never existed: leftovers of an interrupted creation go. */
    void beginPool(UUID newPool) throws IOException {
        for (Segment segment : valid) {
            free.add(segment.file);
        }
        valid.clear();
        while (!free.isEmpty()) {
            remove(free.remove());
        }
        // A name that came back later would belong to another pool than this one.
        syncNames();
        pool = newPool;
        incarnationNext = 1;
    }

    /** A segment that is ready to be written, with a durable header and a durable name. */
    Segment acquire() throws IOException {
        BlockFile reused = free.poll();
        BlockFile file = reused != null && reused.size() >= shape.segmentBytes() ? reused : make();
        if (reused != null && !file.equals(reused)) {
            remove(reused);
        }
        Segment segment = new Segment(file, pool, incarnationNext++, shape.segmentBytes());
        segment.begin();
        syncNames();
        valid.add(segment);
        return segment;
    }

    private BlockFile make() throws IOException {
        BlockFile file = folder.create("journal.%04d".formatted(indexNext++), shape.segmentBytes());
        try {
            fill(file);
        } catch (IOException e) {
            remove(file);
            throw e;
        }
        namesDurable = false;
        return file;
    }

    /** A file that was found may owe its name to a process that died before it made it durable. */
    private void syncNames() throws IOException {
        if (!namesDurable && syncsFolder) {
            folder.sync();
        }
        namesDurable = true;
    }

    /** Writes zeroes: into unwritten extents each sync would be a commit of the file system. */
    private void fill(BlockFile file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long zeroes = arena.allocate(FILL_BYTES, Long.BYTES).address();
            for (int at = 0; at < shape.segmentBytes(); at += FILL_BYTES) {
                int length = Math.min(FILL_BYTES, shape.segmentBytes() - at);
                file.write(at, zeroes, length);
            }
        }
    }

    private void remove(BlockFile file) throws IOException {
        file.close();
        folder.unlink(file.name());
    }

    /** The folder, for messages. */
    String path() {
        return folder.path();
    }

    /** Segments in use, oldest first. */
    List<Segment> inUse() {
        return List.copyOf(valid);
    }

    /** These segments are of no use any more: some are kept to be used again. */
    void retire(List<Segment> old) throws IOException {
        for (Segment segment : old) {
            Invariant.check(valid.remove(segment), "a segment is retired once");
            if (free.size() < Limits.JOURNAL_SEGMENTS_SPARE_MAX) {
                free.add(segment.file);
            } else {
                remove(segment.file);
            }
        }
    }

    /** Makes what earlier processes wrote durable. */
    void syncAll() throws IOException {
        for (Segment segment : valid) {
            segment.file.dataSync();
        }
    }

    @Override
    public void close() throws IOException {
        for (Segment segment : valid) {
            segment.file.close();
        }
        for (BlockFile file : free) {
            file.close();
        }
    }
}
