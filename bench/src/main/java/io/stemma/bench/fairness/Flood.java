package io.stemma.bench.fairness;

import java.util.Arrays;
import java.util.Locale;

/** What a peer floods with. */
enum Flood {
    /** Nothing: it only uses the processor as a flooder would. The control, not judged. */
    BURN("the processor, and nothing else (control)", 2),

    /** Immediate NOP-Outs that want an answer (RFC 7143, 11.18). */
    NOP("NOP-Outs", 2),

    /** Immediate ABORT TASK and ABORT TASK SET (RFC 7143, 11.5). */
    TASK("task management", 2),

    /** Immediate SendTargets (RFC 7143, 11.10). */
    TEXT("text requests", 2),

    /** R2Ts answered by Data-Outs of four bytes, each in a segment of its own. */
    DRIP("a drip of Data-Outs", 2),

    /** READs whose answers are never read; after a while the connection is cut and made anew. */
    DEAF("a client that never reads", 4),

    /** Connections that are reset as soon as they stand. */
    CONNECT("connections", 1);

    private final String words;
    private final int threads;

    Flood(String words, int threads) {
        this.words = words;
        this.threads = threads;
    }

    String words() {
        return words;
    }

    /** Threads, each with a connection; the server deals connections out to its loops in turn. */
    int threads() {
        return threads;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Flood of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word().equals(word))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no kind of flood is called " + word));
    }
}
