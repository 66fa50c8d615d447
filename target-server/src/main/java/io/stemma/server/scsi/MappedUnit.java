package io.stemma.server.scsi;

/**
 * A logical unit as initiators reach it through one target device. The same unit may be mapped into
 * several, and under several numbers: it is one unit on several paths.
 *
 * @param target where it is mapped
 * @param lun its number there, 0 to {@link TargetDevice#LUN_MAX}
 * @param unit what is mapped
 * @param readOnly whether commands that come this way may change nothing
 */
public record MappedUnit(TargetDevice target, int lun, LogicalUnit unit, boolean readOnly) {}
