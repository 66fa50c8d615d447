package io.stemma.engine.check;

import io.stemma.engine.check.CheckedPool.LayerNode;
import io.stemma.engine.check.CheckedPool.Top;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether a tree of layers fits together, and its files to it. {@link #shape} looks at no file;
 * {@link #layer} at one. Reads sizes, no payload.
 */
public final class TreeCheck {
    /** Allocated bytes beyond those of data that are the file system's own. */
    private static final long STRAY_BYTES_MIN = 1 << 20;

    private static final String REPORT = "keep a copy of the pool's folder and report this";

    /** What a file takes. */
    public record FileFacts(long sizeBytes, long allocatedBytes) {}

    /** Where the files are. */
    @FunctionalInterface
    public interface Files {
        /** What the file of a layer takes; an exception says why it cannot be looked at. */
        FileFacts facts(int layerKey) throws IOException;
    }

    private final CheckedPool pool;
    private final Files files;
    private final List<Finding> findings;

    /**
     * Over a tree.
     *
     * @param findings gets what is found
     */
    public TreeCheck(CheckedPool pool, Files files, List<Finding> findings) {
        this.pool = pool;
        this.files = files;
        this.findings = findings;
    }

    /** Parents, lengths, names: what needs no file. */
    public void shape() {
        Set<Integer> used = new HashSet<>();
        for (LayerNode layer : pool.layers().values()) {
            used.add(layer.parentKey());
            parent(layer);
        }
        pool.tops().forEach(top -> used.add(top.layerKey()));
        for (int key : pool.layers().keySet()) {
            if (!used.contains(key)) {
                add(key, "no volume, no snapshot and no layer needs this layer", REPORT);
            }
        }
        Map<Integer, Top> heads = new HashMap<>();
        Set<Object> identities = new HashSet<>();
        for (Top top : pool.tops()) {
            top(top);
            if (!identities.add(top.words())
                    || !identities.add(top.id())
                    || !identities.add(top.naa())) {
                tell(top, "its name or its identity is there twice");
            }
            Top other = top.volume() ? heads.put(top.layerKey(), top) : null;
            if (other != null) {
                tell(top, "it writes the same layer as volume " + other.name());
            }
        }
        heads(heads);
    }

    private void parent(LayerNode layer) {
        if (layer.parentKey() == 0) {
            return;
        }
        LayerNode parent = pool.layers().get(layer.parentKey());
        if (parent == null) {
            add(layer.key(), "the layer below it, " + layer.parentKey() + ", is not there", REPORT);
            return;
        }
        long most = Math.min(layer.presence().blockCount(), parent.presence().blockCount());
        if (layer.visibleBlocks() < 0 || layer.visibleBlocks() > most) {
            add(
                    layer.key(),
                    "it sees %d blocks of layer %d where %d are possible"
                            .formatted(layer.visibleBlocks(), parent.key(), most),
                    REPORT);
        }
        if (inCircle(layer)) {
            add(layer.key(), "it lies over itself", REPORT);
        }
    }

    private boolean inCircle(LayerNode layer) {
        int below = layer.parentKey();
        for (int steps = 0; below != 0 && steps <= pool.layers().size(); steps++) {
            if (below == layer.key()) {
                return true;
            }
            LayerNode parent = pool.layers().get(below);
            below = parent == null ? 0 : parent.parentKey();
        }
        return below != 0;
    }

    private void top(Top top) {
        LayerNode layer = pool.layers().get(top.layerKey());
        if (layer == null) {
            tell(top, "its layer " + top.layerKey() + " is not there");
            return;
        }
        long blocks = layer.presence().blockCount();
        if (top.volume() ? top.blocks() != blocks : top.blocks() > blocks) {
            tell(top, "it needs %d blocks, its layer has %d".formatted(top.blocks(), blocks));
        }
    }

    /** Nobody else may stand on what a volume writes. */
    private void heads(Map<Integer, Top> heads) {
        for (LayerNode layer : pool.layers().values()) {
            Top volume = heads.get(layer.parentKey());
            if (volume != null) {
                tell(volume, "layer " + layer.key() + " lies over the layer that it writes");
            }
        }
        for (Top top : pool.tops()) {
            Top volume = top.volume() ? null : heads.get(top.layerKey());
            if (volume != null) {
                tell(volume, top.words() + " names the layer that it writes");
            }
        }
    }

    private void tell(Top top, String what) {
        findings.add(
                new Finding(
                        Finding.Severity.DAMAGE,
                        Layer.fileName(top.layerKey()),
                        Finding.NOWHERE,
                        top.words() + ": " + what,
                        top.words() + " cannot be relied upon",
                        REPORT));
    }

    private void add(int key, String what, String advice) {
        findings.add(
                new Finding(
                        Finding.Severity.DAMAGE,
                        Layer.fileName(key),
                        Finding.NOWHERE,
                        what,
                        pool.standingOn(key),
                        advice));
    }

    /** What can be done about the file of a layer. */
    enum Remedy {
        /** It is as it should be, or nothing can be done. */
        NONE,
        /** A hole at its end is missing. */
        EXTEND,
        /** It takes space that no block needs. */
        PUNCH
    }

    /** Looks at the file of a layer. */
    public void layer(int key) {
        LayerNode layer = pool.layers().get(key);
        if (layer != null) {
            file(layer);
        }
    }

    Remedy file(LayerNode layer) {
        String name = Layer.fileName(layer.key());
        FileFacts facts;
        try {
            facts = files.facts(layer.key());
        } catch (IOException failed) {
            add(
                    layer.key(),
                    "no layer file that can be read: " + failed.getMessage(),
                    "put the file back from a copy of the pool, or delete what stands on it");
            return Remedy.NONE;
        }
        long wanted = layer.fileBytes();
        if (facts.sizeBytes > wanted) {
            findings.add(
                    Finding.harmless(
                            name,
                            facts.sizeBytes
                                    + " bytes instead of "
                                    + wanted
                                    + ": a crash cut a"
                                    + " shrink or a merge short",
                            "the next start cuts it"));
        }
        if (facts.sizeBytes < wanted) {
            return shortened(layer, name, facts.sizeBytes);
        }
        return space(layer, name, facts.allocatedBytes);
    }

    private Remedy shortened(LayerNode layer, String name, long size) {
        long lost = blocksOfData(layer.presence(), size / Limits.LAYER_BLOCK_BYTES);
        boolean holes = lost == 0;
        findings.add(
                new Finding(
                        Finding.Severity.DAMAGE,
                        name,
                        size,
                        size
                                + " bytes instead of "
                                + layer.fileBytes()
                                + (holes
                                        ? "; only holes are missing"
                                        : "; " + lost + " blocks of data are missing"),
                        pool.standingOn(layer.key()),
                        holes
                                ? "--repair makes it as long as it was"
                                : "put the file back from a copy of the pool, or delete what"
                                        + " stands on it"));
        return holes ? Remedy.EXTEND : Remedy.NONE;
    }

    private static long blocksOfData(PresenceMap map, long from) {
        long[] blocks = {0};
        map.forEachRun(
                from,
                map.blockCount() - from,
                (first, count, state) -> blocks[0] += state == BlockState.DATA ? count : 0);
        return blocks[0];
    }

    private Remedy space(LayerNode layer, String name, long allocated) {
        long data = layer.presence().count(BlockState.DATA) * Limits.LAYER_BLOCK_BYTES;
        if (allocated > data + STRAY_BYTES_MIN) {
            findings.add(
                    Finding.harmless(
                            name,
                            (allocated - data) + " bytes are allocated beside its data",
                            "--repair gives them back; a running server does in time, for what"
                                    + " volumes write"));
            return Remedy.PUNCH;
        }
        if (allocated < data) {
            findings.add(
                    new Finding(
                            Finding.Severity.HARMLESS,
                            name,
                            Finding.NOWHERE,
                            "%d bytes are allocated for %d bytes of data"
                                    .formatted(allocated, data),
                            pool.standingOn(layer.key()),
                            "a file system that compresses does this; on others blocks are lost,"
                                    + " which checksums tell"));
        }
        return Remedy.NONE;
    }
}
