package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import java.util.List;

/** Where the backend of a program comes from, and who runs what it does in the background. */
interface TreeStore {
    VolumeBackend backend();

    PointsInTime points();

    /** Closes the backend or kills its process, and opens it again in the same boot or another. */
    void restart(boolean clean, boolean sameBoot) throws DeviceException;

    /** Runs that many waiting tasks of the background, if there are so many. */
    void step(int tasks);

    /** Lets time pass, so that what waits for it begins. */
    void pass();

    /** Runs what the request waits for. */
    void finish(TestRequest request);

    /** Runs until the hold is granted. */
    void finish(HeldRequest held);

    /** Names of all files that hold blocks. */
    List<String> layerFiles() throws DeviceException;
}
