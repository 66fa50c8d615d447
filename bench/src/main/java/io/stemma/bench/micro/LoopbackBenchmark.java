package io.stemma.bench.micro;

import io.stemma.bench.initiator.LoopbackInitiator;
import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Whole commands through a socket: the target runs in the same JVM, so that {@code -prof gc} counts
 * its garbage too; the initiator makes none. Time is that of one command when {@code depth} of them
 * are in flight.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LoopbackBenchmark {
    private static final int COMMANDS = 64;

    /** Commands in flight. */
    @Param({"1", "8", "32"})
    private int depth;

    /** Bytes of each. */
    @Param({"4096", "65536", "1048576"})
    private int bytes;

    /** READ(16) or WRITE(16). */
    @Param({"read", "write"})
    private String operation = "";

    private LoopbackTarget target = LoopbackTarget.NONE;
    private @Nullable LoopbackInitiator initiator;

    /** Starts the target, fills what is read, logs in. */
    @Setup
    public void start() throws IOException, DeviceException {
        target = LoopbackTarget.start();
        LoopbackInitiator started =
                new LoopbackInitiator(target.portal(), target.name(), target.lun());
        started.prepare(true, 4096, 32, target.lunBytes());
        started.complete(target.lunBytes() / 4096);
        started.drain();
        started.prepare(operation.equals("write"), bytes, depth, target.lunBytes());
        initiator = started;
    }

    /** So many commands. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public void commands() throws IOException {
        Objects.requireNonNull(initiator).complete(COMMANDS);
    }

    /** Ends both. */
    @TearDown
    public void stop() throws IOException {
        LoopbackInitiator started = Objects.requireNonNull(initiator);
        started.drain();
        started.close();
        target.close();
    }
}
