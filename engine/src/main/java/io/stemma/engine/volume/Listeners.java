package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.Limits;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who hears of a volume's changes. Any thread. */
final class Listeners implements VolumeListener {
    private final List<VolumeListener> listeners = new CopyOnWriteArrayList<>();

    synchronized void add(VolumeListener listener) {
        if (listeners.size() >= Limits.VOLUME_LISTENERS_MAX) {
            throw new IllegalStateException(
                    "a volume has at most " + Limits.VOLUME_LISTENERS_MAX + " listeners");
        }
        listeners.add(listener);
    }

    synchronized void remove(VolumeListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void resized(Geometry geometry) {
        listeners.forEach(listener -> listener.resized(geometry));
    }

    @Override
    public void contentChanged() {
        listeners.forEach(VolumeListener::contentChanged);
    }

    @Override
    public void writeCacheChanged(boolean enabled) {
        listeners.forEach(listener -> listener.writeCacheChanged(enabled));
    }

    @Override
    public void offline(DeviceFault fault) {
        listeners.forEach(listener -> listener.offline(fault));
    }

    @Override
    public void deleted() {
        listeners.forEach(VolumeListener::deleted);
    }

    @Override
    public void softThresholdReached() {
        listeners.forEach(VolumeListener::softThresholdReached);
    }

    @Override
    public void congestionChanged(boolean congested) {
        listeners.forEach(listener -> listener.congestionChanged(congested));
    }
}
