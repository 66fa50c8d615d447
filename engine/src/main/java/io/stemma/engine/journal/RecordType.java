package io.stemma.engine.journal;

import org.jspecify.annotations.Nullable;

/**
 * What a record on disk says. Numbers are never given a second meaning; 31 to 63 are kept for
 * structural records to come (relations).
 */
enum RecordType {
    POOL_CREATED(1),
    VOLUME_CREATED(2),
    VOLUME_RESIZED(3),
    VOLUME_RENAMED(4),
    VOLUME_WRITE_CACHE(5),
    VOLUME_DELETED(6),
    VOLUME_OFFLINE(7),
    VOLUME_RECOVERED(8),
    REGISTRY_PUT(9),
    REGISTRY_REMOVED(10),
    RUN_STARTED(11),
    CLEAN_END(12),
    ATOMIC_INTENT(14),
    ATOMIC_DONE(15),
    HEAD_SPLIT(16),
    HEAD_JOINED(17),
    SNAPSHOT_NAMED(18),
    SNAPSHOT_DELETED(19),
    SNAPSHOT_RENAMED(20),
    SNAPSHOT_HELD(21),
    VOLUME_CLONED(22),
    VOLUME_REVERTED(23),
    LAYER_MERGED(24),
    EDGE_CLOSED(25),
    LAYER_TRIMMED(26),
    LAYER_HYDRATED(27),
    PARENT_CUT(28),
    SNAPSHOT_ADOPTED(29),
    ATOMIC_DONE_IN(30),
    PRESENCE(64),
    BARRIER(65),
    CHECKPOINT_BEGIN(80),
    CHECKPOINT_VOLUME(81),
    CHECKPOINT_RUNS(82),
    CHECKPOINT_PENDING(83),
    CHECKPOINT_END(84),
    CHECKPOINT_REGISTRY(85),
    CHECKPOINT_INTENT(86),
    CHECKPOINT_LAYER(87),
    CHECKPOINT_LAYER_RUNS(88),
    CHECKPOINT_SNAPSHOT(89);

    private static final @Nullable RecordType[] BY_CODE = new RecordType[128];

    static {
        for (RecordType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    final int code;

    RecordType(int code) {
        this.code = code;
    }

    /** Whether it is a structural record of the pool's history rather than part of a checkpoint. */
    boolean structural() {
        return code < 64;
    }

    static @Nullable RecordType of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
