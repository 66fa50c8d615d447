package io.stemma.server.scsi;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one row of the {@link CommandTable} has to do; {@link CommandTableTest} checks all of it.
 *
 * <p>A CDB is written in hexadecimal digits, with letters for what the test fills in: {@code L} the
 * logical block address, {@code N} the number of blocks, {@code A} the allocation length, {@code P}
 * the length of the data out. Outcomes are those of {@link SenseText}.
 */
final class CommandCase {
    /** What a write-protected unit answers. */
    enum Protected {
        /** WRITE PROTECTED, from a read-only mapping and from SWP. */
        REFUSED,
        /** As if it were not. */
        SERVED
    }

    /** What becomes of a unit attention that is pending. */
    enum Pending {
        /** It is reported, the command is not executed. */
        REPORTED,
        /** It stays, the command is executed. */
        KEPT,
        /** It is the command's data. */
        TAKEN
    }

    /**
     * Whether a persistent reservation of another nexus lets the command run (SPC-5 and SBC-4,
     * tables of commands that are allowed in the presence of various reservations).
     */
    enum Reserved {
        /** Always. */
        ALWAYS,
        /** As reading does: unless exclusive access is held and the nexus is not let in. */
        READ,
        /** As writing does: unless the nexus holds the reservation or is let in by it. */
        WRITE,
        /** A field of the CDB decides. */
        BY_FIELD,
        /** Reservation commands, which have rules of their own. */
        OWN_RULES
    }

    /** Makes the data out of a command that concerns some blocks. */
    @FunctionalInterface
    interface DataOut {
        byte[] of(long lba, int blocks);
    }

    /** A CDB, its data out in hexadecimal digits ("" for what it asks for), and how it ends. */
    record Refusal(String cdb, String dataOut, String outcome) {}

    static final int BLOCK = 512;
    static final String SERVED = "";

    private static final long NORMAL_LBA = 16;
    private static final int NORMAL_BLOCKS = 4;
    private static final int ALLOCATION = 252;

    /** The row: operation code, with "/" and the service action where there is one. */
    final String row;

    final Reserved reserved;
    final List<Refusal> refusals = new ArrayList<>();
    String cdb = "";
    String answer = "";
    String zero = "GOOD";
    String whenStopped = "2/0402";
    Protected whenProtected = Protected.SERVED;
    Pending pending = Pending.REPORTED;
    boolean ranged;
    private Consumer<Host> given = host -> {};
    private DataOut dataOut = (lba, blocks) -> new byte[0];

    private CommandCase(String row, Reserved reserved) {
        this.row = row;
        this.reserved = reserved;
    }

    /** A command that needs a started unit, reports attentions, and changes nothing. */
    static CommandCase forRow(String row, Reserved reserved, String cdb) {
        CommandCase made = new CommandCase(row, reserved);
        made.cdb = cdb;
        made.ranged = cdb.contains("L");
        return made;
    }

    /** What a row is called here. */
    static String name(CommandRow row) {
        String code = String.format(Locale.ROOT, "%02x", row.operationCode());
        return row.serviceAction() < 0
                ? code
                : code + String.format(Locale.ROOT, "/%02x", row.serviceAction());
    }

    /** Data out of as many bytes as the blocks have, all zero. */
    CommandCase takesBlocks() {
        return takes((lba, blocks) -> new byte[blocks * BLOCK]);
    }

    CommandCase takes(DataOut made) {
        dataOut = made;
        return this;
    }

    /** A parameter list that is always the same. */
    CommandCase takesList(String hex) {
        return takes((lba, blocks) -> Host.bytes(hex));
    }

    /** The data out names the blocks. */
    CommandCase withRangeInList() {
        ranged = true;
        return this;
    }

    /** How the data in of the good case begins, in hexadecimal digits. */
    CommandCase answers(String hex) {
        answer = hex.replace(" ", "");
        return this;
    }

    /** How zero blocks, a zero allocation length or an empty list end, if not GOOD. */
    CommandCase zeroIs(String outcome) {
        zero = outcome;
        return this;
    }

    CommandCase servedWhenStopped() {
        whenStopped = SERVED;
        return this;
    }

    CommandCase refusedWhenProtected() {
        whenProtected = Protected.REFUSED;
        return this;
    }

    /** What has to hold before the good case. */
    CommandCase given(Consumer<Host> before) {
        given = before;
        return this;
    }

    /** Makes hold what has to hold before the good case. */
    void prepare(Host host) {
        given.accept(host);
    }

    CommandCase pending(Pending what) {
        pending = what;
        return this;
    }

    /** A CDB that is refused whatever its data out, of which it gets as much as it asks for. */
    CommandCase refuses(String refused, String outcome) {
        refusals.add(new Refusal(at(refused, NORMAL_LBA, NORMAL_BLOCKS, 0), "", outcome));
        return this;
    }

    /** A parameter list that is refused. */
    CommandCase refusesList(String refused, String list, String outcome) {
        int bytes = Host.bytes(list).length;
        refusals.add(new Refusal(at(refused, NORMAL_LBA, 0, bytes), list, outcome));
        return this;
    }

    /** The data out for some blocks. */
    byte[] dataOut(long lba, int blocks) {
        return dataOut.of(lba, blocks);
    }

    /** The good CDB at a normal place. */
    String normal() {
        return at(NORMAL_LBA, NORMAL_BLOCKS);
    }

    byte[] normalDataOut() {
        return dataOut(NORMAL_LBA, NORMAL_BLOCKS);
    }

    /** The CDB for some blocks. */
    String at(long lba, int blocks) {
        return at(cdb, lba, blocks, dataOut(lba, blocks).length);
    }

    private static String at(String cdb, long lba, int blocks, int listBytes) {
        return with(cdb, lba, blocks, ALLOCATION, listBytes);
    }

    /** The CDB with a zero in every length. */
    String zero() {
        return with(cdb, NORMAL_LBA, 0, 0, zeroDataOut().length);
    }

    /** Whether a zero allocation length or a list without a byte is asked for, not zero blocks. */
    boolean zeroTakesNothing() {
        return !ranged;
    }

    /** What the zero CDB takes. */
    byte[] zeroDataOut() {
        return zeroTakesNothing() ? new byte[0] : dataOut(NORMAL_LBA, 0);
    }

    /** The good CDB with an allocation length. */
    String allocating(int bytes) {
        return with(cdb, NORMAL_LBA, NORMAL_BLOCKS, bytes, 0);
    }

    private static String with(String cdb, long lba, int blocks, int allocation, int listBytes) {
        String filled = fill(cdb, 'L', lba);
        filled = fill(filled, 'N', blocks);
        filled = fill(filled, 'A', allocation);
        return fill(filled, 'P', listBytes);
    }

    private static String fill(String cdb, char letter, long value) {
        Matcher field = Pattern.compile(letter + "+").matcher(cdb);
        return field.replaceAll(
                found -> String.format(Locale.ROOT, "%0" + found.group().length() + "x", value));
    }
}
