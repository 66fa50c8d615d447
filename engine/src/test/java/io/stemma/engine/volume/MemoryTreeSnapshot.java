package io.stemma.engine.volume;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** A snapshot of a {@link MemoryTree}. */
final class MemoryTreeSnapshot {
    Snapshot described;
    final byte[] content;
    final MemoryTreeVolume opened;
    boolean gone;

    /** The snapshot that it lies over, which may be gone. */
    @Nullable MemoryTreeSnapshot below;

    MemoryTreeSnapshot(MemoryTreeVolume origin, Snapshot described, byte[] content) {
        this.described = described;
        this.content = content;
        below = origin.below;
        opened =
                new MemoryTreeVolume(
                        origin.tree,
                        origin.root,
                        new VolumeDescription(
                                described.id(),
                                described.fullName(),
                                described.geometry(),
                                true,
                                described.naaLocallyAssigned(),
                                described.serialNumber(),
                                described.createdWallMillis()),
                        content,
                        true);
        opened.below = below;
    }

    /** The nearest from this one downwards that still exists. */
    static @Nullable MemoryTreeSnapshot present(@Nullable MemoryTreeSnapshot from) {
        MemoryTreeSnapshot at = from;
        while (at != null && at.gone) {
            at = at.below;
        }
        return at;
    }

    /** Whether a snapshot is among those from this one downwards. */
    static boolean reaches(@Nullable MemoryTreeSnapshot from, MemoryTreeSnapshot sought) {
        MemoryTreeSnapshot at = from;
        while (at != null && at != sought) {
            at = at.below;
        }
        return at != null;
    }

    static void redescribe(
            MemoryTreeSnapshot one, VolumeDescription owner, String name, List<String> holds) {
        Snapshot now = one.described;
        one.described =
                new Snapshot(
                        now.id(),
                        now.setId(),
                        owner.id(),
                        owner.name(),
                        name,
                        now.geometry(),
                        now.naaLocallyAssigned(),
                        now.serialNumber(),
                        now.createdWallMillis(),
                        holds);
    }

    /** The owner as its snapshot tells it: it may be gone. */
    static VolumeDescription owner(MemoryTreeSnapshot one) {
        Snapshot now = one.described;
        return new VolumeDescription(
                now.originId(), now.originName(), now.geometry(), true, 0, "", 0);
    }
}
