package io.stemma.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.journal.StructuralRecord.AtomicDone;
import io.stemma.engine.journal.TreeRecord.EdgeClosed;
import io.stemma.engine.journal.TreeRecord.HeadJoined;
import io.stemma.engine.journal.TreeRecord.HeadSplit;
import io.stemma.engine.journal.TreeRecord.LayerHydrated;
import io.stemma.engine.journal.TreeRecord.LayerMerged;
import io.stemma.engine.journal.TreeRecord.LayerTrimmed;
import io.stemma.engine.journal.TreeRecord.Member;
import io.stemma.engine.journal.TreeRecord.ParentCut;
import io.stemma.engine.journal.TreeRecord.SnapshotAdopted;
import io.stemma.engine.journal.TreeRecord.SnapshotDeleted;
import io.stemma.engine.journal.TreeRecord.SnapshotHeld;
import io.stemma.engine.journal.TreeRecord.SnapshotNamed;
import io.stemma.engine.journal.TreeRecord.SnapshotRenamed;
import io.stemma.engine.journal.TreeRecord.VolumeCloned;
import io.stemma.engine.journal.TreeRecord.VolumeReverted;

import org.junit.jupiter.api.Test;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

class TreeCodecTest {
    private static final List<TreeRecord> RECORDS =
            List.of(
                    new HeadSplit(1, 2),
                    new HeadJoined(3),
                    new SnapshotNamed(
                            new UUID(4, 5),
                            "Schnappschuss ü",
                            6,
                            List.of(
                                    new Member(7, 8, new UUID(9, 10), 11, 12, 13, "serial"),
                                    new Member(14, 15, new UUID(16, 17), 18, 19, 20, ""))),
                    new SnapshotDeleted(21),
                    new SnapshotRenamed(22, "name"),
                    new SnapshotHeld(23, "tag", true),
                    new SnapshotHeld(24, "", false),
                    new SnapshotAdopted(25, 26),
                    new VolumeCloned(SmallJournals.volume(27, "clone", 28).over(29), 30),
                    new VolumeReverted(31, 32, 33),
                    new LayerMerged(34, true, 35, 1L << 37),
                    new LayerMerged(36, false, 37, 38),
                    new EdgeClosed(39, true),
                    new EdgeClosed(40, false),
                    new LayerTrimmed(41, 42, 43),
                    new LayerHydrated(44, 45, 46),
                    new ParentCut(47));

    private static ByteBuffer encoded(StructuralRecord record) {
        ByteBuffer out = ByteBuffer.allocate(1024);
        StructuralCodec.encode(record, out);
        return out.flip();
    }

    private static StructuralRecord decoded(ByteBuffer in) {
        RecordType type = RecordType.of(in.getShort());
        assertThat(type).isNotNull();
        assertThat(type.structural()).isTrue();
        in.getShort();
        assertThat(in.getInt()).isEqualTo(in.limit());
        return StructuralCodec.decode(type, in);
    }

    @Test
    void everyKindOfRecordIsAmongThoseTried() {
        assertThat(RECORDS.stream().map(Object::getClass).distinct())
                .containsExactlyInAnyOrder(TreeRecord.class.getPermittedSubclasses());
    }

    @Test
    void eachRecordIsReadAsItWasWritten() {
        for (TreeRecord record : RECORDS) {
            assertThat(decoded(encoded(record))).isEqualTo(record);
        }
    }

    @Test
    void aRecordThatIsCutShortIsNotRead() {
        for (TreeRecord record : RECORDS) {
            ByteBuffer bytes = encoded(record);
            RecordType type = TreeCodec.type(record);
            for (int length = RecordFrame.HEAD_BYTES; length < bytes.limit() - 7; length++) {
                ByteBuffer cut = bytes.duplicate().position(RecordFrame.HEAD_BYTES).limit(length);
                assertThatThrownBy(() -> TreeCodec.decode(type, cut))
                        .isInstanceOf(BufferUnderflowException.class);
            }
        }
    }

    @Test
    void aSetOfNoOrOfTooManySnapshotsIsDamage() {
        for (int count : List.of(0, -1, 1025)) {
            ByteBuffer out = ByteBuffer.allocate(64);
            out.putLong(1).putLong(2).putShort((short) 0).putLong(3).putInt(count).flip();
            assertThatThrownBy(() -> TreeCodec.decode(RecordType.SNAPSHOT_NAMED, out))
                    .isInstanceOf(JournalDamage.class);
        }
    }

    @Test
    void aSnapshotOfACheckpointIsReadAsItWasWritten() {
        SnapshotState snapshot =
                new SnapshotState(
                        1,
                        2,
                        3,
                        new UUID(4, 5),
                        new UUID(6, 7),
                        "name",
                        new UUID(8, 9),
                        "origin",
                        10,
                        512,
                        4096,
                        11,
                        "serial",
                        12,
                        List.of("a", "b"));
        ByteBuffer out = ByteBuffer.allocate(256);
        TreeCodec.snapshot(snapshot, out);
        assertThat(TreeCodec.snapshot(out.flip())).isEqualTo(snapshot);
        assertThat(out.hasRemaining()).isFalse();
    }

    @Test
    void theEndOfAnAtomicWriteIsOfTheOldKindUnlessItNamesALayer() {
        AtomicDone old = new AtomicDone(1, 0, 2, 3, 4);
        assertThat(HexFormat.of().formatHex(encoded(old).array(), 0, 40))
                .isEqualTo(
                        "000f000000000028"
                                + "000000010000000000000002000000000000000300000000000000040000"
                                + "0000");
        assertThat(decoded(encoded(old))).isEqualTo(old);
        AtomicDone named = new AtomicDone(1, 5, 2, 3, 4);
        assertThat(encoded(named).getShort()).isEqualTo((short) 30);
        assertThat(decoded(encoded(named))).isEqualTo(named);
    }

    @Test
    void numbersOfKindsNeverChange() {
        Stream<RecordType> kinds =
                Stream.of(RecordType.values()).filter(type -> type.code >= 16 && type.code < 64);
        assertThat(kinds.map(type -> type.code + " " + type))
                .containsExactly(
                        "16 HEAD_SPLIT",
                        "17 HEAD_JOINED",
                        "18 SNAPSHOT_NAMED",
                        "19 SNAPSHOT_DELETED",
                        "20 SNAPSHOT_RENAMED",
                        "21 SNAPSHOT_HELD",
                        "22 VOLUME_CLONED",
                        "23 VOLUME_REVERTED",
                        "24 LAYER_MERGED",
                        "25 EDGE_CLOSED",
                        "26 LAYER_TRIMMED",
                        "27 LAYER_HYDRATED",
                        "28 PARENT_CUT",
                        "29 SNAPSHOT_ADOPTED",
                        "30 ATOMIC_DONE_IN");
    }
}
