package io.stemma.bench.layers;

import io.stemma.bench.load.Machine;
import io.stemma.bench.process.ScratchFolder;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/** The program: {@code Layers PARENT_FOLDER MIB SNAPSHOTS}; prints a page. */
public final class Layers {
    private Layers() {}

    /**
     * Measures.
     *
     * @param arguments folder to make a scratch folder in, MiB of a volume, how many snapshots
     * @throws IOException what the disk says
     */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String parent = arguments.length > 0 ? arguments[0] : "/var/tmp";
        long bytes = (arguments.length > 1 ? Long.parseLong(arguments[1]) : 1024) << 20;
        int snapshots = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1000;
        Machine machine = Machine.here(Path.of(System.getProperty("stemma.root", ".")));
        out.printf(
                Locale.ROOT,
                "# Layers, of %s%n%n- Command: `bench/layers %s`%n- Commit: %s%n"
                        + "- Machine: %s, %d cores, %d MiB, Linux %s, Java %s%n"
                        + "- Load average before: %.2f%n%n",
                LocalDate.now(ZoneOffset.UTC),
                String.join(" ", arguments),
                machine.commit(),
                machine.processor(),
                machine.cores(),
                machine.memoryMib(),
                machine.kernel(),
                machine.java(),
                Machine.load());
        try (ScratchFolder scratch = ScratchFolder.in(Path.of(parent));
                Pool pool = new Pool(scratch.path());
                Arena arena = Arena.ofShared()) {
            long memory = arena.allocate(1 << 20, Pool.BLOCK).address();
            new WriteProgram(pool, bytes, memory, out).run();
            new ReadProgram(pool, bytes, memory, out).run(snapshots);
            CutProgram cuts = new CutProgram(pool, memory, out);
            cuts.head();
            cuts.run(1);
            cuts.run(16);
        }
    }
}
