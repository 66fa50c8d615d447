package io.stemma.bench.fairness;

import io.stemma.bench.process.Child;
import io.stemma.bench.process.ProcessFigures;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A {@link Flooder}, seen from here. One thread. */
final class FloodProcess implements AutoCloseable {
    private final Child child;
    private final OutputStream orders;
    private final BufferedReader answers;

    private FloodProcess(Child child) {
        this.child = child;
        orders = child.process().getOutputStream();
        answers = child.process().inputReader(StandardCharsets.US_ASCII);
    }

    /**
     * Starts one under the scheduler's idle class: it gets what the others leave, and never delays
     * the session that is measured by taking a core from it.
     */
    static FloodProcess start(StemmaServer server, int lun) {
        String java = ProcessHandle.current().info().command().orElse("java");
        return new FloodProcess(
                Child.start(
                        "flooder",
                        server.scratch().resolve("flooder.log"),
                        true,
                        Map.of(),
                        List.of(
                                "chrt",
                                "--idle",
                                "0",
                                java,
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Flooder.class.getName(),
                                Integer.toString(server.portal().getPort()),
                                StemmaServer.TARGET,
                                Integer.toString(lun))));
    }

    /** Begins; returns when it floods. */
    void begin(Flood kind) throws IOException {
        String answer = ask(kind.word());
        if (!answer.equals("begun")) {
            throw new IOException("the flooder says " + answer);
        }
    }

    /**
     * Ends.
     *
     * @return what it sent, how often it was thrown out, and why
     */
    Sent end() throws IOException {
        String[] words = ask("end").split(" ", 4);
        if (words.length != 4) {
            throw new IOException("the flooder says " + String.join(" ", words));
        }
        return new Sent(Long.parseLong(words[1]), Long.parseLong(words[2]), words[3]);
    }

    private String ask(String order) throws IOException {
        orders.write((order + "\n").getBytes(StandardCharsets.US_ASCII));
        orders.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the flooder ended: " + child.logTail());
        }
        return answer;
    }

    long processorMicros() {
        return ProcessFigures.processorMicros(child.process().pid());
    }

    @Override
    public void close() {
        child.close();
    }

    /**
     * What a turn of flooding came to.
     *
     * @param count PDUs or connections sent
     * @param lost connections that the server ended
     * @param fault the last reason, or {@code -}
     */
    record Sent(long count, long lost, String fault) {}
}
