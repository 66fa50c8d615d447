package io.stemma.engine.journal;

/** A valid record that cannot follow the ones before it. Only replay meets it, and reports it. */
final class JournalDamage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JournalDamage(String what) {
        super(what);
    }
}
