package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.volume.Volume;
import io.stemma.server.scsi.CopyFault.Answer;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * How far one segment of a copy is. Counts bytes, since the two units may have logical blocks of
 * different sizes; goes from its end to its beginning where the destination lies behind the source
 * in one unit and overlaps it.
 */
final class CopySpan {
    private final CopySegment segment;
    private @Nullable CopyParty source;
    private @Nullable CopyParty destination;
    private int sourceShift;
    private int destinationShift;
    private boolean backwards;
    private long bytes;
    private long done;

    /** Where the piece under way begins, from the beginning of the segment. */
    private long pieceAt;

    private long pieceBytes;
    private boolean hole;

    CopySpan(CopySegment segment) {
        this.segment = segment;
    }

    /** Resolves the units and judges the segment; returns why it cannot be processed, or null. */
    @Nullable CopyFault begin(CopyList list, LogicalUnit manager, Nexus initiator) {
        CopyFault refused = resolve(list, manager, initiator, false);
        if (refused == null) {
            refused = resolve(list, manager, initiator, true);
        }
        if (refused != null) {
            return refused;
        }
        sourceShift = source().unit().state().blockShift();
        destinationShift = destination().unit().state().blockShift();
        int counted = segment.destinationCounts() ? destinationShift : sourceShift;
        long length = (long) segment.blocks() << counted;
        int coarse = Math.max(sourceShift, destinationShift);
        if (length >>> coarse << coarse != length) {
            return CopyFault.field(AdditionalSense.COPY_SEGMENT_GRANULARITY, CopySegment.BLOCKS_AT);
        }
        CopyFault outside = outside(length);
        if (outside == null) {
            bytes = length;
            long ahead = segment.destinationBlock() - segment.sourceBlock();
            backwards =
                    source().unit().equals(destination().unit())
                            && ahead > 0
                            && ahead < length >>> sourceShift;
        }
        return outside;
    }

    private @Nullable CopyFault resolve(
            CopyList list, LogicalUnit manager, Nexus initiator, boolean writing) {
        int id = writing ? segment.destination() : segment.source();
        int field = writing ? CopySegment.DESTINATION_AT : CopySegment.SOURCE_AT;
        CopyParty party;
        if (id == CopyLimits.THIS_UNIT) {
            party = CopyParty.self(manager, initiator);
        } else if (id >= list.targets().size()) {
            return CopyFault.field(AdditionalSense.UNREACHABLE_COPY_TARGET, field);
        } else {
            CopyTarget target = list.targets().get(id);
            party = CopyParty.find(target, manager, initiator);
            if (party == null) {
                return CopyFault.field(AdditionalSense.COPY_TARGET_NOT_REACHABLE, field);
            }
            if (target.deviceType() != 0) {
                return CopyFault.field(AdditionalSense.INCORRECT_COPY_TARGET_TYPE, field);
            }
            int block = party.unit().volume().geometry().logicalBlockBytes();
            if (target.blockBytes() != block) {
                return CopyFault.field(AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST, field);
            }
        }
        if (writing) {
            destination = party;
        } else {
            source = party;
        }
        return party.refusal(writing);
    }

    private @Nullable CopyFault outside(long length) {
        Volume from = source().unit().volume();
        if (!from.geometry().contains(segment.sourceBlock(), length >>> sourceShift)) {
            return outside(false, CopySegment.SOURCE_BLOCK_AT);
        }
        Volume to = destination().unit().volume();
        return to.geometry().contains(segment.destinationBlock(), length >>> destinationShift)
                ? null
                : outside(true, CopySegment.DESTINATION_BLOCK_AT);
    }

    private static CopyFault outside(boolean writing, int field) {
        Answer answer = Answer.check(SenseKey.ILLEGAL_REQUEST, AdditionalSense.LBA_OUT_OF_RANGE);
        return CopyFault.of(AdditionalSense.NONE, answer, writing, field);
    }

    CopyParty source() {
        return Objects.requireNonNull(source);
    }

    CopyParty destination() {
        return Objects.requireNonNull(destination);
    }

    /** Whether all of it is copied. */
    boolean ended() {
        return done == bytes;
    }

    /** What has come to stand against going on, or null. */
    @Nullable CopyFault refusal() {
        CopyFault refused = source().refusal(false);
        return refused != null ? refused : destination().refusal(true);
    }

    /**
     * Chooses the next piece.
     *
     * @return whether it has to be read; false where the source stores nothing for it
     */
    boolean nextPiece() {
        long left = bytes - done;
        if (backwards) {
            pieceBytes = Math.min(left, CopyLimits.PIECE_BYTES);
            pieceAt = left - pieceBytes;
        } else {
            pieceBytes = Math.min(left, CopyLimits.HOLE_BYTES_MAX);
            pieceAt = done;
        }
        hole = false;
        if (sourceShift == destinationShift) {
            Volume.Extent extent =
                    source().unit().volume().extentAt(sourceBlock(), pieceBytes >>> sourceShift);
            long run = extent.blockCount() << sourceShift;
            hole = !extent.mapped() && (!backwards || run == pieceBytes);
            if (!backwards) {
                pieceBytes = run;
            }
        }
        if (!hole) {
            pieceBytes = Math.min(pieceBytes, CopyLimits.PIECE_BYTES);
        }
        return !hole;
    }

    private long sourceBlock() {
        return segment.sourceBlock() + (pieceAt >>> sourceShift);
    }

    /** Prepares the read of the piece. */
    BlockRequest read(BlockRequest request, long memory) {
        return request.read(sourceBlock(), pieceBytes >>> sourceShift, memory);
    }

    /** The blocks of the destination that the piece goes to. */
    BlockRange destinationPiece() {
        return new BlockRange(
                segment.destinationBlock() + (pieceAt >>> destinationShift),
                pieceBytes >>> destinationShift);
    }

    /** Prepares the write of the piece. */
    BlockRequest write(BlockRequest request, long memory) {
        BlockRange to = destinationPiece();
        return hole
                ? request.unmap(to.firstBlock(), to.blockCount())
                : request.write(to.firstBlock(), to.blockCount(), memory, false);
    }

    /** The piece is where it belongs; returns its bytes. */
    long pieceEnded() {
        done += pieceBytes;
        return pieceBytes;
    }

    /** Blocks of the source that were not copied. */
    long residue() {
        return done == 0 ? segment.blocks() : (bytes - done) >>> sourceShift;
    }
}
