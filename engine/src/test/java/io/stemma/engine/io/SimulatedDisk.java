package io.stemma.engine.io;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One folder on a simulated file system that forgets what was not synced. Everything follows from
 * the seed. The fault model, sharper than any one real file system:
 *
 * <ul>
 *   <li>Writes, punches and size changes reach the page cache. Until {@code dataSync} of that file
 *       returns, a lost power keeps, page by page, the durable page, any version that the page had
 *       since, or a mixture of them by sectors of 512 bytes; and of the sizes the file had since,
 *       any one.
 *   <li>{@code writeDurable} makes the sectors it covers durable, not their neighbours in the page.
 *   <li>Creation, rename and unlink are durable after {@code sync} of the folder. Before, a lost
 *       power keeps none, all, the first few, or any choice of them. A file whose creation is lost
 *       is gone, however often its data was synced.
 *   <li>A killed process (restart in the same boot) loses nothing of the page cache, but its last
 *       write may have been cut at the end of any sector (a kernel copies page by page, under the
 *       page's lock).
 *   <li>A failed sync of the folder leaves names as after a lost power, for the disk; for the
 *       running process they stay, and no later sync makes up for it.
 *   <li>A failed sync marks pages clean: they stay readable in the page cache, the disk holds any
 *       version of them, no later sync writes them, and a restart may drop them from the cache.
 *   <li>A full disk refuses, as a whole, a write that touches a page without space.
 *   <li>A crash happens before, within or after the operation counted down to.
 * </ul>
 *
 * <p>Not modelled: bit rot, misdirected writes, a disk that lies about a sync (tests plant that by
 * a folder of their own). One thread at a time.
 */
public final class SimulatedDisk {
    /** What happened, in order, for tests that assert an order. */
    public enum Act {
        CREATE,
        UNLINK,
        RENAME,
        FOLDER_SYNC,
        WRITE,
        WRITE_DURABLE,
        MEASURE,
        DATA_SYNC,
        PUNCH,
        ALLOCATE,
        RESIZE,
        /** Set by the test through {@link #mark}. */
        MARK
    }

    /** One operation of the record. */
    public record Operation(Act act, String name, long offset, long length) {}

    /** Neighbouring seeds of {@link Random} begin with almost the same numbers; so spread, not. */
    private static final long SEED_SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private record Renaming(String from, @Nullable String to, @Nullable SimulatedInode made) {}

    private final Random random;
    private final List<Operation> record = new ArrayList<>();
    private Map<String, SimulatedInode> names = new TreeMap<>();
    private Map<String, SimulatedInode> durableNames = new TreeMap<>();
    private final List<Renaming> pendingNames = new ArrayList<>();
    private int boot = 1;
    private int generation;
    private long operations;
    private long crashAt = Long.MAX_VALUE;
    private boolean crashed;
    private @Nullable Operation crash;
    private boolean recording;
    private boolean full;
    private long capacityBytes = 1L << 40;
    private int syncErrno = Errno.EIO;
    private @Nullable String syncToFail;
    private @Nullable Consumer<Operation> observer;

    /** An empty disk; the same seed and the same calls give the same disk. */
    public SimulatedDisk(long seed) {
        random = new Random(seed * SEED_SPREAD);
    }

    /** The folder as the running process sees it; a restart makes it useless. */
    public Folder folder() {
        return new SimulatedFolder(this, generation);
    }

    /** Operations that change something, done so far. */
    public long operations() {
        return operations;
    }

    /**
     * Crashes at that operation, counted from the first of the disk's life; see the fault model.
     */
    public void crashAtOperation(long operation) {
        crashAt = operation;
    }

    /** Whether the crash has happened and no restart since. */
    public boolean crashed() {
        return crashed;
    }

    /** The operation that the last crash cut; null if there was none. */
    public @Nullable Operation crash() {
        return crash;
    }

    /**
     * The machine comes up again, whether or not it had crashed.
     *
     * @param sameBoot true if only the process died: the page cache is still there
     * @return the folder for the new process
     */
    public Folder restart(boolean sameBoot) {
        crashed = false;
        crashAt = Long.MAX_VALUE;
        generation++;
        if (!sameBoot) {
            boot++;
            losePower();
        } else {
            for (SimulatedInode file : names.values()) {
                file.evict(random);
            }
        }
        return folder();
    }

    private void losePower() {
        names = survivingNames();
        durableNames = new TreeMap<>(names);
        pendingNames.clear();
        for (SimulatedInode file : names.values()) {
            file.losePower(random);
        }
    }

    private Map<String, SimulatedInode> survivingNames() {
        int choice = random.nextInt(4);
        int prefix = random.nextInt(pendingNames.size() + 1);
        Map<String, SimulatedInode> survivors = new TreeMap<>(durableNames);
        for (int i = 0; i < pendingNames.size(); i++) {
            boolean kept =
                    switch (choice) {
                        case 0 -> false;
                        case 1 -> true;
                        case 2 -> i < prefix;
                        default -> random.nextBoolean();
                    };
            if (kept) {
                apply(survivors, pendingNames.get(i));
            }
        }
        return survivors;
    }

    private static void apply(Map<String, SimulatedInode> map, Renaming change) {
        if (change.made != null) {
            map.put(change.from, change.made);
            return;
        }
        SimulatedInode file = map.remove(change.from);
        if (change.to != null && file != null) {
            map.put(change.to, file);
        }
    }

    /**
     * Every sync of files whose name starts so fails once, after which their pages count as clean.
     */
    public void failNextSync(@Nullable String namePrefix) {
        syncToFail = namePrefix;
        syncErrno = Errno.EIO;
    }

    /** The same with a cause: a full pool of thin disks fails a sync for want of space. */
    public void failNextSyncForSpace(String namePrefix) {
        syncToFail = namePrefix;
        syncErrno = Errno.ENOSPC;
    }

    int syncErrno() {
        return syncErrno;
    }

    /** Whether writes to pages that hold nothing fail for want of space. */
    public void full(boolean now) {
        full = now;
    }

    /** Runs after every operation took effect and before it returns; null for nothing. */
    public void observe(@Nullable Consumer<Operation> newObserver) {
        observer = newObserver;
    }

    /** Starts or ends recording. */
    public void record(boolean on) {
        recording = on;
        record.clear();
    }

    /** What was recorded, in order. */
    public List<Operation> recorded() {
        return List.copyOf(record);
    }

    /** Puts a mark of the test into the record. */
    public void mark(String name) {
        if (recording) {
            record.add(new Operation(Act.MARK, name, 0, 0));
        }
    }

    MountIdentity identity() {
        return new MountIdentity("boot-" + boot, 1, 2, 3);
    }

    Map<String, SimulatedInode> names() {
        return names;
    }

    Random random() {
        return random;
    }

    void requireAlive(int ofGeneration) {
        if (crashed || ofGeneration != generation) {
            throw new SimulatedCrash("an operation after the crash");
        }
    }

    /** Counts an operation; true if the crash is due and the operation may be done in part. */
    boolean due(int ofGeneration) {
        requireAlive(ofGeneration);
        operations++;
        return operations >= crashAt;
    }

    /** Ends an operation: records it, or crashes if it was the one. */
    void done(boolean due, Act act, String name, long offset, long length) {
        Operation operation = new Operation(act, name, offset, length);
        if (due) {
            crashed = true;
            crash = operation;
            throw new SimulatedCrash(act + " of " + name);
        }
        if (recording) {
            record.add(operation);
        }
        if (observer != null) {
            observer.accept(operation);
        }
    }

    /** Shows the observer, and nobody else, that somebody asked how much space a file occupies. */
    void measured(String name) {
        if (observer != null) {
            observer.accept(new Operation(Act.MEASURE, name, 0, 0));
        }
    }

    /** Whether an operation that is cut by the crash still takes effect. */
    boolean takesEffect(boolean due) {
        return !due || random.nextBoolean();
    }

    boolean syncFails(String name) {
        if (syncToFail != null && name.startsWith(syncToFail)) {
            syncToFail = null;
            return true;
        }
        return false;
    }

    /** Files take no more than this together, from now on. */
    public void capacity(long bytes) {
        capacityBytes = bytes;
    }

    long capacityBytes() {
        return capacityBytes;
    }

    long usableBytes() {
        long used = 0;
        for (SimulatedInode file : names.values()) {
            used += file.allocatedBytes();
        }
        return Math.max(0, capacityBytes - used);
    }

    void requireSpace(String name, SimulatedInode file, long offset, long length)
            throws IOException {
        long wanted = file.missingBytes(offset, length);
        if (wanted > 0 && (full || wanted > usableBytes())) {
            throw new FileException(name, "write " + length + " bytes at " + offset, Errno.ENOSPC);
        }
    }

    void created(String name, SimulatedInode file) {
        names.put(name, file);
        pendingNames.add(new Renaming(name, null, file));
    }

    void unlinked(String name) {
        names.remove(name);
        pendingNames.add(new Renaming(name, null, null));
    }

    void renamed(String from, String to) {
        Renaming change = new Renaming(from, to, null);
        apply(names, change);
        pendingNames.add(change);
    }

    void namesSyncFailed() {
        durableNames = survivingNames();
        pendingNames.clear();
    }

    void namesSynced() {
        pendingNames.forEach(change -> apply(durableNames, change));
        pendingNames.clear();
    }
}
