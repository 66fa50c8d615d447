package io.stemma.server.server;

import io.stemma.engine.volume.Volume;
import io.stemma.server.scsi.TargetDevice;

/** Makes SCSI devices and logical units; without a running server nothing is made. */
interface LogicalUnits {
    /** No server runs: devices stay empty. */
    LogicalUnits NONE =
            new LogicalUnits() {
                @Override
                public TargetDevice device(String targetName) {
                    return new TargetDevice(targetName);
                }

                @Override
                public void map(TargetDevice device, LunDefinition lun, Volume volume) {}
            };

    /** A device for a target name. */
    TargetDevice device(String targetName);

    /** Maps a volume into a device. */
    void map(TargetDevice device, LunDefinition lun, Volume volume);
}
