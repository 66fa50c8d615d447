package io.stemma.bench.libiscsi;

/**
 * A load on one logical unit.
 *
 * @param write WRITE(10), else READ(10)
 * @param random places drawn with {@code seed}, else one after the other from block 0
 * @param bytes of each command, a multiple of 512
 * @param depth commands in flight
 * @param limit commands at most
 * @param seed of the drawn places; the same for every target that is compared
 */
record Load(boolean write, boolean random, int bytes, int depth, long limit, long seed) {
    static final Load NONE = new Load(false, false, 512, 1, 0, 0);
}
