package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.metrics.CommandFigures;
import io.stemma.server.metrics.SessionSnapshot;
import io.stemma.server.scsi.ScsiTask;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What is told of a command that took long, by a target whose disk is as slow as the test. */
class SlowCommandTest {
    private static final String EVENT = "io.stemma.SlowCommand";

    @TempDir Path folder;

    private final CommandFigures figures = new CommandFigures(1);

    private TestTarget target(boolean initialR2T) {
        return new TestTarget(
                TestTarget.parameters(false, initialR2T, !initialR2T, 1),
                SessionLimits.standard(),
                Transport.best(1),
                figures);
    }

    private List<RecordedEvent> stop(Recording recording) throws IOException {
        recording.stop();
        Path file = folder.resolve("slow.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(EVENT))
                .toList();
    }

    private static long nanos(RecordedEvent event, String phase) {
        return event.getDuration(phase).toNanos();
    }

    private static void addsUp(RecordedEvent event) {
        long sum = 0;
        for (String phase : List.of("window", "data", "queue", "disk", "send")) {
            assertThat(nanos(event, phase)).as(phase).isNotNegative();
            sum += nanos(event, phase);
        }
        assertThat(sum).isEqualTo(nanos(event, "latency"));
    }

    @Test
    void aWriteThatTheDiskHoldsUpIsRecordedWithItsPhases() throws Exception {
        try (Recording recording = new Recording();
                TestTarget target = target(true)) {
            recording.enable(EVENT);
            recording.start();
            target.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
            long held;
            try (TestInitiator initiator = target.initiator(1)) {
                RawPdu command = initiator.write10(0, 7, 2, 1024, true, new byte[0]);
                initiator.send(command);
                RawPdu r2t = initiator.receive();
                assertThat(r2t.opcode()).isEqualTo(0x31);
                DataOut.sequence(
                        initiator, command.get32(16), r2t.get32(20), new byte[1024], 0, 1024, 4096);
                ScsiTask task = target.device.awaitHeld();
                long from = System.nanoTime();
                Awaitility.await().until(() -> System.nanoTime() - from > 5_000_000);
                held = System.nanoTime() - from;
                target.device.release(task);
                assertThat(initiator.outcome().status()).isZero();
            }
            Awaitility.await().until(() -> figures.slowCommands() >= 1);
            List<RecordedEvent> events = stop(recording);
            assertThat(events).hasSize(1);
            RecordedEvent event = events.get(0);
            addsUp(event);
            assertThat(event.getString("operation")).isEqualTo("WRITE(10)");
            assertThat(event.getString("target")).isEqualTo("iqn.2026-11.test:t");
            assertThat(event.getString("initiator")).isEqualTo("iqn.2026-11.test:i0");
            assertThat(event.getLong("lba")).isEqualTo(7);
            assertThat(event.getLong("blocks")).isEqualTo(2);
            assertThat(event.getLong("bytes")).isEqualTo(1024);
            assertThat(event.getBoolean("onEventLoop")).isFalse();
            assertThat(nanos(event, "disk")).isGreaterThanOrEqualTo(held);
            assertThat(nanos(event, "data")).isPositive();
            assertThat(nanos(event, "window")).isZero();
        }
    }

    @Test
    void aCommandThatCameBeforeItsTurnWaitedInTheWindow() throws Exception {
        try (Recording recording = new Recording();
                TestTarget target = target(false)) {
            recording.enable(EVENT);
            recording.start();
            try (TestInitiator initiator = target.initiator(1)) {
                RawPdu first = initiator.read10(0, 0, 1, 512);
                RawPdu second = initiator.read10(0, 1, 1, 512);
                initiator.send(second);
                initiator.send(initiator.ping(new byte[] {1}));
                assertThat(initiator.receive().opcode()).isEqualTo(0x20);
                initiator.send(first);
                assertThat(initiator.outcome().status()).isZero();
                assertThat(initiator.outcome().status()).isZero();
            }
            Awaitility.await().until(() -> figures.slowCommands() >= 2);
            List<RecordedEvent> events = stop(recording);
            assertThat(events).hasSize(2);
            events.forEach(SlowCommandTest::addsUp);
            assertThat(events).anyMatch(event -> nanos(event, "window") > 0);
            assertThat(events).anyMatch(event -> nanos(event, "window") == 0);
            assertThat(events).allMatch(event -> event.getBoolean("onEventLoop"));
        }
    }

    @Test
    void whatASessionDidIsCountedWhileItLives() {
        try (TestTarget target = target(false)) {
            try (TestInitiator initiator = target.initiator(1)) {
                assertThat(initiator.run(initiator.read10(0, 0, 4, 2048)).status()).isZero();
                assertThat(initiator.run(initiator.read10(0, 1 << 20, 4, 2048)).status())
                        .isEqualTo(2);
                SessionSnapshot session =
                        Awaitility.await()
                                .atMost(Duration.ofSeconds(20))
                                .until(
                                        () -> figures.sessions().get(0),
                                        one -> one.latency().count() == 2);
                assertThat(session.initiator()).isEqualTo("iqn.2026-11.test:i0");
                assertThat(session.totals().ended()).isEqualTo(2);
                assertThat(session.totals().outstanding()).isZero();
                assertThat(session.totals().readBytes()).isEqualTo(2048);
                assertThat(session.totals().senseKeys().get(5)).isEqualTo(1);
                assertThat(figures.operations()).hasSize(1);
                assertThat(figures.operations().get(0).errors()).isEqualTo(1);
            }
            Awaitility.await().until(() -> figures.sessions().isEmpty());
            assertThat(figures.operations()).hasSize(1);
        }
    }
}
