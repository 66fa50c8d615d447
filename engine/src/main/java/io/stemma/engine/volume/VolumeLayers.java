package io.stemma.engine.volume;

import io.stemma.engine.layer.Layer;

import java.util.ArrayList;
import java.util.List;

/**
 * Which layers a volume has in its hands: its head, the next one while a cut is prepared, and those
 * with bytes that no sync covers yet. Any thread looks; changes are the backend's.
 */
final class VolumeLayers {
    private final Admission admission;
    private volatile Head head;

    /** Layers with bytes that no sync covers yet; what is written is one of them. */
    private volatile List<Layer> unsynced;

    /** Between the preparation of a cut and its end; set under the volume's monitor. */
    private volatile boolean cutting;

    VolumeLayers(Admission admission, Layer layer) {
        this.admission = admission;
        head = Head.of(layer);
        unsynced = List.of(layer);
    }

    /** The layer that is read, and written, by whoever looks now and is counted. */
    Layer now() {
        return head.now();
    }

    /** Layers that an earlier run wrote for this volume and may not have synced. */
    synchronized void alsoUnsynced(List<Layer> layers) {
        List<Layer> all = new ArrayList<>(unsynced);
        all.addAll(layers);
        unsynced = List.copyOf(all);
    }

    /** What a sync has to cover; to be read after the mark that it is to reach. */
    List<Layer> unsynced() {
        return unsynced;
    }

    /** A layer that was sealed before a sync of it began needs no other. */
    synchronized void synced(Layer sealed) {
        unsynced = unsynced.stream().filter(layer -> layer != sealed).toList();
    }

    /** Makes ready for a cut: {@code next} is the head from when the instant passes. */
    void prepareCut(Layer next, Head.Instant instant) {
        Layer current = head.current();
        // Before anybody can write there.
        alsoUnsynced(List.of(next));
        admission.awaitSeal();
        head = new Head(current, next, instant);
    }

    /** The cut will not come. */
    void forgetCut(Layer next) {
        head = Head.of(head.current());
        synced(next);
        admission.endSeal();
    }

    /**
     * The instant has passed: once all that may have seen it to come has ended, the old head is
     * sealed.
     *
     * @param sealed runs then, on any thread
     */
    void sealAfterCut(Runnable sealed) {
        admission
                .epochs()
                .drain(
                        () -> {
                            Head cut = head;
                            cut.current().seal();
                            head = Head.of(cut.now());
                            admission.endSeal();
                            sealed.run();
                        });
    }

    /** Has another head, of which nothing is unsynced. Nobody uses the volume meanwhile. */
    synchronized void replace(Layer layer) {
        head = Head.of(layer);
        unsynced = List.of(layer);
    }

    /** Begins what must not meet a change of the volume; ends with {@link #endCutting}. */
    void beginCutting() {
        cutting = true;
    }

    void endCutting() {
        cutting = false;
    }

    boolean cutting() {
        return cutting;
    }
}
