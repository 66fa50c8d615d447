package io.stemma.server.server;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.Volume;
import io.stemma.server.scsi.TargetDevice;

/** Makes SCSI devices and logical units; without a running server nothing is made. */
interface LogicalUnits {
    /** No server runs: devices stay empty. */
    LogicalUnits NONE =
            new LogicalUnits() {
                @Override
                public TargetDevice device(String targetName) {
                    return new TargetDevice(targetName, 1);
                }

                @Override
                public void map(TargetDevice device, LunDefinition lun, Volume volume) {}

                @Override
                public void unmap(TargetDevice device, int lun) {}

                @Override
                public void removed(String targetName) {}
            };

    /** A device for a target name. */
    TargetDevice device(String targetName) throws DeviceException;

    /** Maps a volume into a device. */
    void map(TargetDevice device, LunDefinition lun, Volume volume);

    /** Ends a mapping; commands under way are aborted. */
    void unmap(TargetDevice device, int lun);

    /** A target is gone and its name may never come back. Blocking. */
    void removed(String targetName) throws DeviceException;
}
