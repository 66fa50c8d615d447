package io.stemma.server.scsi;

import io.stemma.server.scsi.CommandRow.UnderReservation;
import io.stemma.server.scsi.CopyFault.Answer;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A logical unit as the source or the destination of somebody's copy. A copy may do what the
 * initiator itself could do by READ and WRITE at this moment, and nothing more: there has to be a
 * session of the same initiator, who proved himself as the same user, on a way to the unit, and
 * writing needs such a way that allows it. A name or NAA that was guessed reaches nothing.
 *
 * @param unit the unit
 * @param initiator the nexus that asked for the copy
 */
record CopyParty(LogicalUnit unit, Nexus initiator) {
    /** The unit that a descriptor names, or null where this initiator reaches none of that name. */
    static @Nullable CopyParty find(CopyTarget target, LogicalUnit manager, Nexus initiator) {
        for (LogicalUnit unit : manager.services().units().units()) {
            if (target.names(unit.volume().description())) {
                CopyParty party = new CopyParty(unit, initiator);
                return party.ways().isEmpty() ? null : party;
            }
        }
        return null;
    }

    /** The unit to which the command came. */
    static CopyParty self(LogicalUnit manager, Nexus initiator) {
        return new CopyParty(manager, initiator);
    }

    private List<MappedUnit> ways() {
        return unit.ways().stream().filter(way -> way.target().reachedAs(initiator)).toList();
    }

    /** What stands against reading or writing the unit now, or null. */
    @Nullable CopyFault refusal(boolean writing) {
        List<MappedUnit> ways = ways();
        if (ways.isEmpty()) {
            return CopyFault.field(
                    AdditionalSense.COPY_TARGET_NOT_REACHABLE,
                    writing ? CopySegment.DESTINATION_AT : CopySegment.SOURCE_AT);
        }
        Answer answer = answer(ways, writing);
        return answer == null
                ? null
                : CopyFault.of(AdditionalSense.THIRD_PARTY_DEVICE_FAILURE, answer, writing, -1);
    }

    private @Nullable Answer answer(List<MappedUnit> ways, boolean writing) {
        Sanitization sanitization = unit.sanitization();
        UnitState state = unit.state();
        if (sanitization.bars()) {
            return sanitization.failed()
                    ? Answer.check(SenseKey.MEDIUM_ERROR, AdditionalSense.SANITIZE_FAILED)
                    : Answer.check(SenseKey.NOT_READY, AdditionalSense.SANITIZE_IN_PROGRESS);
        }
        if (state.stopped()) {
            return Answer.check(SenseKey.NOT_READY, AdditionalSense.INITIALIZING_COMMAND_REQUIRED);
        }
        if (writing && state.softwareWriteProtect()) {
            return Answer.check(SenseKey.DATA_PROTECT, AdditionalSense.SOFTWARE_WRITE_PROTECTED);
        }
        if (writing && ways.stream().allMatch(MappedUnit::readOnly)) {
            return Answer.check(SenseKey.DATA_PROTECT, AdditionalSense.WRITE_PROTECTED);
        }
        return reservationConflict(writing) ? Answer.conflict() : null;
    }

    /** Whether a reservation of the unit forbids it to every nexus that this initiator has here. */
    private boolean reservationConflict(boolean writing) {
        UnderReservation rule = writing ? UnderReservation.WRITES : UnderReservation.READS;
        Reservations reservations = unit.reservations();
        return reservations.conflicts(rule, initiator)
                && unit.attentions().nexuses().stream()
                        .filter(nexus -> nexus.sameInitiator(initiator))
                        .allMatch(nexus -> reservations.conflicts(rule, nexus));
    }
}
