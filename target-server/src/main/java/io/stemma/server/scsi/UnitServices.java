package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.SpaceState;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What a logical unit needs of the server around it.
 *
 * @param writeCacheSwitch changes the write cache of a volume
 * @param store small durable values of this unit
 * @param control runs what may block, such as calls of the store; bounded: it throws {@link
 *     java.util.concurrent.RejectedExecutionException} when too much waits
 * @param units the other logical units of the server
 * @param copies how many copies the server has under way
 * @param space how full the pool is
 */
public record UnitServices(
        WriteCacheSwitch writeCacheSwitch,
        UnitStore store,
        Executor control,
        UnitDirectory units,
        CopySlots copies,
        Supplier<SpaceState> space) {
    /** For a unit without a server around it: nothing is kept, and nothing is to be found. */
    public static UnitServices alone() {
        return new UnitServices(
                (volume, enabled, done) -> done.accept(null),
                new Forgetting(),
                Runnable::run,
                List::of,
                new CopySlots(),
                () -> SpaceState.UNKNOWN);
    }

    /** Refuses to keep anything. */
    private static final class Forgetting implements UnitStore {
        @Override
        public Optional<byte[]> get(String name) {
            return Optional.empty();
        }

        @Override
        public void put(String name, byte[] value) throws DeviceException {
            throw new DeviceException(
                    DeviceFault.of(DeviceFault.Kind.SPACE_EXHAUSTED, "a value to keep", name));
        }

        @Override
        public void remove(String name) {}
    }
}
