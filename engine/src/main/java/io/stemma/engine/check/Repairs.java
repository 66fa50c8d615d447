package io.stemma.engine.check;

import io.stemma.engine.check.CheckedPool.LayerNode;
import io.stemma.engine.check.TreeCheck.Remedy;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.FileException;
import io.stemma.engine.io.Folder;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The few changes that cannot lose anything, because nobody reads what they change. First of all
 * the journal is made durable: what makes a file superfluous must not be lost after the file.
 */
final class Repairs {
    private final Folder folder;
    private final Map<LayerNode, Remedy> remedies = new LinkedHashMap<>();
    private final List<String> done = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    Repairs(Folder folder) {
        this.folder = folder;
    }

    /** What could be done about a layer. */
    void layer(LayerNode layer, Remedy remedy) {
        if (remedy != Remedy.NONE) {
            remedies.put(layer, remedy);
        }
    }

    /**
     * Does all that is safe; the journal is whole.
     *
     * @param orphans files that nothing needs
     * @param unsettled layers of which a record may still become void
     */
    void run(List<String> orphans, Set<Integer> unsettled) throws IOException {
        if (orphans.isEmpty() && remedies.isEmpty()) {
            return;
        }
        syncJournal();
        for (String name : orphans) {
            folder.unlink(name);
            done.add(name + ": removed");
        }
        if (!orphans.isEmpty()) {
            folder.sync();
        }
        for (Map.Entry<LayerNode, Remedy> entry : remedies.entrySet()) {
            LayerNode layer = entry.getKey();
            String name = Layer.fileName(layer.key());
            if (unsettled.contains(layer.key())) {
                refused.add(
                        name
                                + ": records of its blocks wait for a barrier; start and stop the"
                                + " server, then check again");
            } else if (entry.getValue() == Remedy.EXTEND) {
                extend(layer, name);
            } else {
                punch(layer, name);
            }
        }
    }

    private void syncJournal() throws IOException {
        for (String name : folder.names()) {
            if (name.startsWith("journal.")) {
                try (BlockFile segment = folder.open(name)) {
                    segment.dataSync();
                }
            }
        }
    }

    private void extend(LayerNode layer, String name) throws IOException {
        try (BlockFile file = folder.open(name)) {
            file.resize(layer.fileBytes());
            file.dataSync();
        }
        done.add(name + ": " + layer.fileBytes() + " bytes long again");
    }

    private void punch(LayerNode layer, String name) throws IOException {
        PresenceMap map = layer.presence();
        try (BlockFile file = folder.open(name)) {
            long before = file.allocatedBytes();
            for (long block = 0; block < map.blockCount(); ) {
                long run = map.run(block, map.blockCount() - block);
                if (map.get(block) != BlockState.DATA) {
                    file.punchHole(
                            block * Limits.LAYER_BLOCK_BYTES, run * Limits.LAYER_BLOCK_BYTES);
                }
                block += run;
            }
            file.dataSync();
            done.add(name + ": " + (before - file.allocatedBytes()) + " bytes given back");
        } catch (FileException failed) {
            if (failed.reason() != FileException.Reason.UNSUPPORTED) {
                throw failed;
            }
            refused.add(name + ": the file system gives no space of a file back");
        }
    }

    /** What is to be told. */
    CheckReport report(List<Finding> findings, boolean asked, @Nullable String obstacle) {
        if (asked && obstacle != null) {
            refused.add("nothing is changed: " + obstacle);
        } else if (asked) {
            int open =
                    (int)
                            findings.stream()
                                    .filter(one -> one.severity() == Finding.Severity.DAMAGE)
                                    .filter(one -> !one.advice().startsWith("--repair"))
                                    .count();
            if (open > 0) {
                refused.add(
                        open
                                + " findings of damage stay: bytes that are lost are nowhere in the"
                                + " pool, and a guess may hide them");
            }
        }
        return new CheckReport(findings, done, refused);
    }
}
