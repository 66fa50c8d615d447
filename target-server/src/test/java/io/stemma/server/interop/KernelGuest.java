package io.stemma.server.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A virtual machine whose Linux kernel is the iSCSI initiator. It runs one script of checks and
 * reports a line for each; the host's loopback is {@code 10.0.2.2} inside.
 *
 * <p>The scripts that build the disk and start QEMU, and the checks, are under {@code
 * src/test/interop}.
 */
final class KernelGuest {
    /** What a line {@code event NAME} of a script makes the host do. */
    interface Events {
        void happen(String name) throws IOException, InterruptedException;
    }

    /** All that a script reported, and the exit code with which it ended. */
    record Report(List<String> lines, int exit, String console) {
        List<String> passed() {
            return lines.stream().filter(line -> line.startsWith("ok ")).toList();
        }

        List<String> failed() {
            return lines.stream().filter(line -> line.startsWith("NOT OK ")).toList();
        }

        @Override
        public String toString() {
            return String.join("\n", lines) + "\nexit " + exit + "\n" + console;
        }
    }

    /** The exit code reported when the guest ended, or was ended, without saying how. */
    static final int SILENT = -1;

    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);
    private static final int CONSOLE_CHARACTERS = 4_000;

    private final Path scripts;
    private final Path scratch;
    private final Path image;

    /** Makes sure that the guest's disk is there: takes half a minute the first time. */
    KernelGuest(Path scripts, Path scratch) throws IOException, InterruptedException {
        this.scripts = scripts;
        this.scratch = scratch;
        String builder = scripts.resolve("guest-image").toString();
        String said = Program.run(BUILD_LIMIT, builder).expectSuccess().output();
        this.image = Path.of(said.lines().reduce((first, second) -> second).orElse("missing"));
    }

    /**
     * Boots, runs {@code script} with {@code settings}, and returns its report.
     *
     * @param limit after which the guest is ended; its report then has exit {@link #SILENT}
     */
    Report run(String script, Map<String, String> settings, Duration limit, Events events)
            throws IOException, InterruptedException {
        Path console = Files.createTempFile(scratch, "console", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(
                        scripts.resolve("guest-boot").toString(),
                        image.toString(),
                        archive(script, settings).toString(),
                        console.toString(),
                        Long.toString(limit.toSeconds()));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(console.toFile()));
        Process process = builder.start();
        List<String> lines = new ArrayList<>();
        int exit = SILENT;
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
                Writer answers = process.outputWriter(StandardCharsets.UTF_8)) {
            exit = follow(reader, answers, lines, events);
        } finally {
            Program.end(process);
        }
        return new Report(List.copyOf(lines), exit, tail(console));
    }

    private static int follow(
            BufferedReader reader, Writer answers, List<String> lines, Events events)
            throws IOException, InterruptedException {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith("exit ")) {
                return Integer.parseInt(line.substring("exit ".length()));
            }
            System.out.println("[guest] " + line);
            if (line.startsWith("event ")) {
                answers.write(answer(line.substring("event ".length()), lines, events));
                answers.flush();
            } else {
                lines.add(line);
            }
        }
        return SILENT;
    }

    private static String answer(String event, List<String> lines, Events events)
            throws InterruptedException {
        try {
            events.happen(event);
            return "done\n";
        } catch (IOException | AssertionError failure) {
            lines.add("# the host failed at " + event + ": " + failure);
            return "failed\n";
        }
    }

    private Path archive(String script, Map<String, String> settings)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(scratch, "checks");
        Path guest = scripts.resolve("guest");
        Files.copy(guest.resolve(script), folder.resolve("run"));
        Files.copy(guest.resolve("checks.sh"), folder.resolve("checks.sh"));
        String text =
                settings.entrySet().stream()
                        .map(entry -> entry.getKey() + "='" + entry.getValue() + "'\n")
                        .collect(Collectors.joining());
        Files.writeString(folder.resolve("settings"), text);
        Path archive = folder.resolveSibling(folder.getFileName() + ".tar");
        Duration limit = Duration.ofSeconds(30);
        Program.run(limit, folder, List.of("tar", "-cf", archive.toString(), ".")).expectSuccess();
        return archive;
    }

    private static String tail(Path console) throws IOException {
        String text = new String(Files.readAllBytes(console), StandardCharsets.UTF_8);
        return text.substring(Math.max(0, text.length() - CONSOLE_CHARACTERS));
    }
}
