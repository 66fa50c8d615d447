package io.stemma.engine.io;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * One simulated file: for each page what the disk holds for certain, and every version that the
 * page cache had since. Pages are never changed in place. A page that is missing reads zero.
 */
final class SimulatedInode {
    private static final int PAGE_BYTES = 4096;
    static final int SECTOR_BYTES = 512;
    private static final byte[] ZEROES = new byte[PAGE_BYTES];

    private Map<Long, byte[]> durable = new TreeMap<>();
    private final Map<Long, byte[]> cached = new TreeMap<>();

    /** Versions of dirty pages since they were durable, oldest first; the last one is cached. */
    private final Map<Long, List<byte[]>> dirty = new TreeMap<>();

    /** Pages that have space, whatever they hold; a full disk writes to no others. */
    private final Set<Long> allocated = new HashSet<>();

    private long size;
    private long durableSize;
    private final List<Long> dirtySizes = new ArrayList<>();

    long size() {
        return size;
    }

    long allocatedBytes() {
        return (long) allocated.size() * PAGE_BYTES;
    }

    /** Bytes that the range would occupy beyond what the file does. */
    long missingBytes(long offset, long length) {
        long missing = 0;
        for (long page = offset / PAGE_BYTES; page * PAGE_BYTES < offset + length; page++) {
            if (!allocated.contains(page)) {
                missing += PAGE_BYTES;
            }
        }
        return missing;
    }

    void allocate(long offset, long length) {
        for (long page = offset / PAGE_BYTES; page * PAGE_BYTES < offset + length; page++) {
            allocated.add(page);
        }
        if (offset + length > size) {
            size(offset + length);
        }
    }

    byte[] read(long offset, int length) {
        byte[] out = new byte[length];
        int done = 0;
        while (done < length) {
            long at = offset + done;
            int inPage = (int) (at % PAGE_BYTES);
            int part = Math.min(length - done, PAGE_BYTES - inPage);
            byte[] page = cached.getOrDefault(at / PAGE_BYTES, ZEROES);
            System.arraycopy(page, inPage, out, done, part);
            done += part;
        }
        return out;
    }

    void write(long offset, byte[] bytes) {
        int done = 0;
        while (done < bytes.length) {
            long at = offset + done;
            int inPage = (int) (at % PAGE_BYTES);
            int part = Math.min(bytes.length - done, PAGE_BYTES - inPage);
            byte[] page = cached.getOrDefault(at / PAGE_BYTES, ZEROES).clone();
            System.arraycopy(bytes, done, page, inPage, part);
            change(at / PAGE_BYTES, page);
            allocated.add(at / PAGE_BYTES);
            done += part;
        }
        if (offset + bytes.length > size) {
            size(offset + bytes.length);
        }
    }

    private void change(long index, byte[] page) {
        if (Arrays.equals(page, ZEROES)) {
            cached.remove(index);
        } else {
            cached.put(index, page);
        }
        dirty.computeIfAbsent(index, absent -> new ArrayList<>()).add(page);
    }

    private void size(long newSize) {
        size = newSize;
        dirtySizes.add(newSize);
    }

    void punch(long offset, long length) {
        long end = Math.min(offset + length, size);
        for (long page = offset / PAGE_BYTES; page * PAGE_BYTES < end; page++) {
            zero(page, Math.max(offset, page * PAGE_BYTES), end);
            if (page * PAGE_BYTES >= offset && (page + 1) * PAGE_BYTES <= end) {
                allocated.remove(page);
            }
        }
    }

    private void zero(long index, long from, long to) {
        byte[] page = cached.get(index);
        if (page == null) {
            return;
        }
        long start = index * PAGE_BYTES;
        byte[] changed = page.clone();
        int end = (int) Math.min(PAGE_BYTES, to - start);
        Arrays.fill(changed, (int) (from - start), end, (byte) 0);
        change(index, changed);
    }

    void resize(long newSize) {
        if (newSize < size) {
            allocated.removeIf(page -> page * PAGE_BYTES >= newSize);
            for (Long page : List.copyOf(cached.keySet())) {
                if ((page + 1) * PAGE_BYTES > newSize) {
                    zero(page, Math.max(newSize, page * PAGE_BYTES), Long.MAX_VALUE);
                }
            }
        }
        size(newSize);
    }

    void sync() {
        for (Map.Entry<Long, List<byte[]>> page : dirty.entrySet()) {
            durable.put(page.getKey(), page.getValue().getLast());
        }
        dirty.clear();
        durableSize = size;
        dirtySizes.clear();
    }

    /** Makes whole sectors durable; the pages stay dirty, since their other sectors may be. */
    void makeDurable(long offset, int length) {
        long end = offset + length;
        for (long index = offset / PAGE_BYTES; index * PAGE_BYTES < end; index++) {
            List<byte[]> versions = dirty.get(index);
            byte[] now = cached.getOrDefault(index, ZEROES);
            byte[] kept = durable.getOrDefault(index, ZEROES).clone();
            for (int at = 0; at < PAGE_BYTES; at += SECTOR_BYTES) {
                long sector = index * PAGE_BYTES + at;
                if (sector + SECTOR_BYTES > offset && sector < end) {
                    System.arraycopy(now, at, kept, at, SECTOR_BYTES);
                    overwrite(versions, now, at);
                }
            }
            durable.put(index, kept);
        }
        durableSize = Math.max(durableSize, Math.min(size, end));
        dirtySizes.removeIf(earlier -> earlier < end);
    }

    private static void overwrite(@Nullable List<byte[]> versions, byte[] now, int at) {
        if (versions == null) {
            return;
        }
        for (int i = 0; i < versions.size(); i++) {
            byte[] version = versions.get(i).clone();
            System.arraycopy(now, at, version, at, SECTOR_BYTES);
            versions.set(i, version);
        }
    }

    /** A sync failed: some pages got through, no page counts as dirty any more. */
    void failSync(Random random) {
        settle(random);
        dirty.clear();
        dirtySizes.clear();
    }

    /** Clean pages of a failed sync may be read from the disk again, where they are old. */
    void evict(Random random) {
        for (Long index : List.copyOf(cached.keySet())) {
            byte[] held = durable.getOrDefault(index, ZEROES);
            if (!dirty.containsKey(index) && random.nextBoolean()) {
                cached.put(index, held);
            }
        }
    }

    /**
     * Nothing is dirty: from now on the disk is read again, where pages of a failed sync are old.
     */
    void dropCache() {
        cached.clear();
        durable.forEach(
                (index, page) -> {
                    if (index * PAGE_BYTES < size) {
                        cached.put(index, page);
                    }
                });
    }

    void losePower(Random random) {
        settle(random);
        dirty.clear();
        dirtySizes.clear();
        Map<Long, byte[]> kept = new TreeMap<>();
        for (Map.Entry<Long, byte[]> page : durable.entrySet()) {
            if (page.getKey() * PAGE_BYTES < durableSize) {
                kept.put(page.getKey(), page.getValue());
            }
        }
        int tail = (int) (durableSize % PAGE_BYTES);
        byte[] last = kept.get(durableSize / PAGE_BYTES);
        if (tail != 0 && last != null) {
            byte[] cut = Arrays.copyOf(Arrays.copyOf(last, tail), PAGE_BYTES);
            kept.put(durableSize / PAGE_BYTES, cut);
        }
        durable = kept;
        cached.clear();
        cached.putAll(durable);
        size = durableSize;
        allocated.clear();
        durable.forEach(
                (index, page) -> {
                    if (!Arrays.equals(page, ZEROES)) {
                        allocated.add(index);
                    }
                });
    }

    /** Chooses for every dirty page and for the size what the disk really holds. */
    private void settle(Random random) {
        int mood = random.nextInt(4);
        for (Map.Entry<Long, List<byte[]>> page : dirty.entrySet()) {
            byte[] old = durable.getOrDefault(page.getKey(), ZEROES);
            durable.put(page.getKey(), survivor(old, page.getValue(), mood, random));
        }
        if (!dirtySizes.isEmpty() && random.nextBoolean()) {
            durableSize = dirtySizes.get(random.nextInt(dirtySizes.size()));
        }
    }

    private static byte[] survivor(byte[] old, List<byte[]> versions, int mood, Random random) {
        return switch (mood == 3 ? random.nextInt(4) : mood) {
            case 0 -> old;
            case 1 -> versions.getLast();
            case 2 -> torn(old, versions, random);
            default -> versions.get(random.nextInt(versions.size()));
        };
    }

    private static byte[] torn(byte[] old, List<byte[]> versions, Random random) {
        byte[] mixture = new byte[PAGE_BYTES];
        for (int at = 0; at < PAGE_BYTES; at += SECTOR_BYTES) {
            int choice = random.nextInt(versions.size() + 1);
            byte[] from = choice == versions.size() ? old : versions.get(choice);
            System.arraycopy(from, at, mixture, at, SECTOR_BYTES);
        }
        return mixture;
    }
}
