package io.stemma.server.testing;

/** Random numbers that cost nothing and repeat: SplitMix64. Not for more than tests. */
public final class FuzzRandom {
    private long state;

    /** Numbers from that seed on. */
    public FuzzRandom(long seed) {
        state = seed;
    }

    /** Begins anew from another seed. */
    public void seed(long seed) {
        state = seed;
    }

    /** A seed of its own for each of many parts of one run. */
    public static long mix(long seed, long part) {
        long mixed = seed + (part + 1) * 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /** 64 bits. */
    public long nextLong() {
        long mixed = state += 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /** From 0 up to, not including, a bound of 1 or more. */
    public int below(int bound) {
        return (int) (((nextLong() >>> 33) * bound) >>> 31);
    }

    /** True once in so many times. */
    public boolean oneIn(int times) {
        return below(times) == 0;
    }

    /** One of some values. */
    public <T> T of(T[] values) {
        return values[below(values.length)];
    }

    /** One of some values. */
    public int of(int[] values) {
        return values[below(values.length)];
    }

    /** Fills bytes from an index on. */
    public void fill(byte[] bytes, int from, int to) {
        long eight = 0;
        for (int i = from; i < to; i++) {
            eight = ((i - from) & 7) == 0 ? nextLong() : eight >>> 8;
            bytes[i] = (byte) eight;
        }
    }
}
