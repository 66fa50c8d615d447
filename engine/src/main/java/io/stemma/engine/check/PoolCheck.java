package io.stemma.engine.check;

import io.stemma.engine.check.CheckedPool.LayerNode;
import io.stemma.engine.check.TreeCheck.FileFacts;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.journal.JournalCheck;
import io.stemma.engine.journal.JournalReport;
import io.stemma.engine.journal.PoolState;
import io.stemma.engine.layer.Layer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Verifies a pool that nobody has open. Without repair it writes nothing. Blocking; the caller owns
 * the folder and closes it.
 */
public final class PoolCheck {
    private static final String LAYER_PREFIX = "layer.";
    private static final Set<String> OTHERS = Set.of("pool.lock", "journal.failed", "ballast");

    private final Folder folder;
    private final Progress progress;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> orphans = new ArrayList<>();
    private final Repairs repairs;

    private PoolCheck(Folder folder, Progress progress) {
        this.folder = folder;
        this.progress = progress;
        repairs = new Repairs(folder);
    }

    /**
     * Checks all of it.
     *
     * @param repair whether to do what is provably safe
     * @throws IOException if the folder or the journal cannot be read at all, or a repair fails
     */
    public static CheckReport run(Folder folder, boolean repair, Progress progress)
            throws IOException {
        return new PoolCheck(folder, progress).run(repair);
    }

    private CheckReport run(boolean repair) throws IOException {
        progress.at("journal", 0, 1);
        JournalReport journal = JournalCheck.examine(folder);
        progress.at("journal", 1, 1);
        journal(journal);
        PoolState state = journal.state();
        if (state == null) {
            return repairs.report(findings, repair, "the journal cannot be read");
        }
        CheckedPool pool = CheckedPool.of(state);
        offline(state);
        names(pool);
        TreeCheck tree = new TreeCheck(pool, this::facts, findings);
        tree.shape();
        long done = 0;
        for (LayerNode layer : pool.layers().values()) {
            repairs.layer(layer, tree.file(layer));
            progress.at("layers", ++done, pool.layers().size());
        }
        String obstacle = obstacle(journal, state);
        if (repair && obstacle == null) {
            repairs.run(orphans, journal.unsettled());
        }
        return repairs.report(findings, repair, obstacle);
    }

    /** Why nothing may be changed; null if what is safe may be. */
    private static @Nullable String obstacle(JournalReport journal, PoolState state) {
        if (!state.whole()
                || state.readOnlyReason() != null
                || journal.faults().stream().anyMatch(JournalReport.Fault::harmful)) {
            return "the journal is not whole: what looks superfluous may be all that is left of"
                    + " something";
        }
        return journal.failedBefore()
                ? "a journal write or sync failed in the last run: start the server once, which"
                        + " judges what counts"
                : null;
    }

    private void journal(JournalReport journal) {
        for (JournalReport.Fault fault : journal.faults()) {
            findings.add(
                    new Finding(
                            fault.harmful() ? Finding.Severity.DAMAGE : Finding.Severity.HARMLESS,
                            fault.file(),
                            fault.offset(),
                            fault.what(),
                            fault.harmful() ? concerns(journal.state()) : "nothing",
                            fault.harmful()
                                    ? "keep a copy of the pool's folder before anything else; what"
                                            + " comes up at the next start is told above"
                                    : "the next start deals with it"));
        }
        if (journal.failedBefore()) {
            findings.add(
                    Finding.harmless(
                            "journal.failed",
                            "a journal write or sync failed in the last run",
                            "the next start trusts no page cache, as after lost power"));
        }
    }

    private static String concerns(@Nullable PoolState state) {
        if (state == null) {
            return "all volumes and snapshots";
        }
        if (state.readOnlyReason() != null) {
            return "the pool is read-only: " + state.readOnlyReason();
        }
        List<String> offline = new ArrayList<>();
        for (PoolState.VolumeState volume : state.volumes()) {
            if (volume.offlineReason() != null) {
                offline.add(volume.description().name());
            }
        }
        return offline.isEmpty()
                ? "no volume, as their records continue"
                : "offline volumes: " + String.join(", ", offline);
    }

    private void offline(PoolState state) {
        for (PoolState.VolumeState volume : state.volumes()) {
            String reason = volume.offlineReason();
            if (reason != null) {
                String name = volume.description().name();
                findings.add(
                        new Finding(
                                Finding.Severity.DAMAGE,
                                Layer.fileName(volume.description().layerKey()),
                                Finding.NOWHERE,
                                "volume " + name + " is offline: " + reason,
                                "volume " + name,
                                "when the cause is mended, stemma volume recover " + name));
            }
        }
    }

    /** Which files are there, and who knows them. */
    private void names(CheckedPool pool) throws IOException {
        Set<String> known = new HashSet<>();
        pool.layers().keySet().forEach(key -> known.add(Layer.fileName(key)));
        for (String name : folder.names()) {
            if (name.startsWith(LAYER_PREFIX) && !known.contains(name)) {
                orphans.add(name);
                findings.add(
                        Finding.harmless(
                                name,
                                "no volume and no snapshot has this layer",
                                "--repair removes it, and so does the next start"));
            } else if (!known.contains(name)
                    && !OTHERS.contains(name)
                    && !name.startsWith("journal.")) {
                findings.add(
                        Finding.harmless(
                                name,
                                "this file is none of the pool's",
                                "it is left alone; move it elsewhere"));
            }
        }
    }

    private FileFacts facts(int layerKey) throws IOException {
        try (BlockFile file = folder.open(Layer.fileName(layerKey))) {
            return new FileFacts(file.size(), file.allocatedBytes());
        }
    }
}
