package io.stemma.server.server;

/**
 * Where a setting was written.
 *
 * @param file configuration file, or what stands for it
 * @param line 1-based line, 0 where there is none
 */
record Origin(String file, int line) {
    /** Made by a command and kept in the journal. */
    static final Origin COMMAND = new Origin("a command", 0);

    @Override
    public String toString() {
        return line > 0 ? file + ":" + line : file;
    }
}
