package io.stemma.engine.layer;

/**
 * What a layer knows of one block of {@code Limits.LAYER_BLOCK_BYTES} bytes. What the layer's file
 * holds under ABSENT and ZERO is undefined.
 */
public enum BlockState {
    /** The parent's block shows through; without a parent the block reads zero. */
    ABSENT(0),
    /** The layer's file holds the block. */
    DATA(1),
    /** The block reads zero, whatever a parent holds. */
    ZERO(2);

    private static final BlockState[] BY_BITS = {ABSENT, DATA, ZERO};

    private final int bits;

    BlockState(int bits) {
        this.bits = bits;
    }

    /** The two bits that stand for the state in maps and on disk; for ever. */
    public int bits() {
        return bits;
    }

    /**
     * The state of {@link #bits}.
     *
     * @param bits 0 to 2
     */
    public static BlockState ofBits(int bits) {
        return BY_BITS[bits];
    }
}
