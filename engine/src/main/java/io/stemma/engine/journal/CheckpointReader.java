package io.stemma.engine.journal;

import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import java.nio.ByteBuffer;

/** Loads a checkpoint into an image, record by record; {@link CheckpointWriter} wrote it. */
final class CheckpointReader {
    private final PoolImage image;

    CheckpointReader(PoolImage image, ByteBuffer begin) {
        this.image = image;
        int volumeKey = begin.getInt();
        int layerKey = begin.getInt();
        long structural = begin.getLong();
        long created = begin.getLong();
        image.restore(volumeKey, layerKey, created, StructuralCodec.identity(begin));
        image.structuralCount(structural);
    }

    void follow(RecordType type, int flags, ByteBuffer body) {
        switch (type) {
            case CHECKPOINT_VOLUME -> volume(body);
            case CHECKPOINT_RUNS -> runs(image.existing(body.getInt()).head(), body);
            case CHECKPOINT_LAYER -> layer(body);
            case CHECKPOINT_LAYER_RUNS -> runs(image.tree().existing(body.getInt()), body);
            case CHECKPOINT_SNAPSHOT -> image.tree().load(TreeCodec.snapshot(body));
            case CHECKPOINT_PENDING -> pending(flags, body);
            case CHECKPOINT_REGISTRY -> {
                String key = StructuralCodec.text(body);
                byte[] value = new byte[body.getInt()];
                body.get(value);
                image.registry().put(key, value);
            }
            case CHECKPOINT_INTENT -> image.intents().add(StructuralCodec.intent(body));
            case CHECKPOINT_END -> image.tree().count(image.volumes());
            default -> throw new JournalDamage(type + " inside a checkpoint");
        }
    }

    private void volume(ByteBuffer body) {
        VolumeCreated description = StructuralCodec.volume(body);
        VolumeChain volume = new VolumeChain(description, image.tree());
        long last = body.getLong();
        long barriered = body.getLong();
        String reason = StructuralCodec.text(body);
        volume.restore(last, barriered, reason.isEmpty() ? null : reason);
        image.add(volume);
        if (image.tree().layer(description.layerKey()) == null) {
            image.tree().load(PoolImage.rootOf(description));
        }
    }

    private void layer(ByteBuffer body) {
        int key = body.getInt();
        int parentKey = body.getInt();
        long visible = body.getLong();
        image.tree().load(new TreeLayer(key, parentKey, visible, new PresenceMap(body.getLong())));
    }

    private static void runs(TreeLayer layer, ByteBuffer body) {
        int count = body.getInt();
        for (int i = 0; i < count; i++) {
            long first = body.getLong();
            long packed = body.getLong();
            BlockState state = BlockState.ofBits((int) packed & 3);
            layer.shadow().set(first, packed >>> 2, state);
        }
    }

    private void pending(int flags, ByteBuffer body) {
        VolumeChain volume = image.existing(body.getInt());
        int layerKey = body.getInt();
        long number = body.getLong();
        volume.pending().add(layerKey, number, body.getLong(), body.getLong(), flags);
    }
}
