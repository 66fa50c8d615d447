package io.stemma.server.metrics;

/**
 * A logical unit as initiators name it.
 *
 * @param target name of the target; empty where units beyond the bound are counted together
 * @param lun its number
 */
public record UnitKey(String target, int lun) {
    /** All units beyond the bound. */
    static final UnitKey REST = new UnitKey("", 0);

    /** From the LUN field of a mapped unit: peripheral or flat addressing (SAM-5, 4.7.7). */
    static UnitKey of(String target, long lun) {
        return new UnitKey(target, (int) (lun >>> 48) & 0x3fff);
    }
}
