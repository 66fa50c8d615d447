package io.stemma.server.scsi;

import io.stemma.engine.block.Geometry;

/**
 * What every command reads of its logical unit: immutable, behind one volatile.
 *
 * @param geometry shape of the volume
 * @param blockShift binary logarithm of the logical block
 * @param readOnly whether the mapping forbids changes
 * @param softwareWriteProtect SWP of the control mode page
 * @param descriptorSense D_SENSE of the control mode page
 * @param stopped whether START STOP UNIT stopped the unit
 */
record UnitState(
        Geometry geometry,
        int blockShift,
        boolean readOnly,
        boolean softwareWriteProtect,
        boolean descriptorSense,
        boolean stopped) {

    static UnitState of(Geometry geometry, boolean readOnly) {
        int shift = Integer.numberOfTrailingZeros(geometry.logicalBlockBytes());
        return new UnitState(geometry, shift, readOnly, false, false, false);
    }

    UnitState with(Geometry newGeometry) {
        return new UnitState(
                newGeometry, blockShift, readOnly, softwareWriteProtect, descriptorSense, stopped);
    }

    UnitState withControl(boolean writeProtect, boolean descriptor) {
        return new UnitState(geometry, blockShift, readOnly, writeProtect, descriptor, stopped);
    }

    UnitState withStopped(boolean nowStopped) {
        return new UnitState(
                geometry, blockShift, readOnly, softwareWriteProtect, descriptorSense, nowStopped);
    }

    boolean writeProtected() {
        return readOnly || softwareWriteProtect;
    }
}
