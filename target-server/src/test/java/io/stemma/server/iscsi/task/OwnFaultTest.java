package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.BlockRequest;
import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.scsi.ScsiTask;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

class OwnFaultTest {
    private static final int BLOCK = MemoryDevice.BLOCK;

    private final TestTarget target = new TestTarget(TestTarget.parameters(false, true, true, 1));
    private final TestInitiator initiator = target.initiator(1);

    @AfterEach
    void stop() {
        initiator.close();
        target.close();
    }

    private RawPdu write() {
        return initiator.write10(0, 3, 1, BLOCK, true, new byte[BLOCK]);
    }

    private TestInitiator.Outcome outcomeWith(Consumer<ScsiTask> instead) {
        target.device.instead = instead;
        TestInitiator.Outcome outcome = initiator.run(write());
        target.device.instead = null;
        assertThat(initiator.run(initiator.read10(0, 0, 1, BLOCK)).status()).isZero();
        return outcome;
    }

    @Test
    void aCommandThatThrowsAfterItsStorageBeganEndsWithItsStorage() {
        List<BlockRequest> begun = new CopyOnWriteArrayList<>();
        target.device.instead =
                task -> {
                    BlockRequest request = task.request((ended, fault) -> ended.finish()).flush();
                    request.accept();
                    begun.add(request);
                    throw new IllegalStateException("planted");
                };
        initiator.send(write(), initiator.ping(new byte[0]));
        assertThat(initiator.receive().opcode()).isEqualTo(0x20);
        begun.getFirst().complete(null);
        assertThat(initiator.outcome().status()).isZero();
    }

    @Test
    void aStepThatThrowsEndsItsCommandAndSparesTheStorage() {
        TestInitiator.Outcome outcome =
                outcomeWith(
                        task -> {
                            BlockRequest request =
                                    task.request(
                                                    (ended, fault) -> {
                                                        throw new IllegalStateException("planted");
                                                    })
                                            .flush();
                            request.accept();
                            request.complete(null);
                        });
        assertThat(outcome.sense()).isEqualTo(0x044400);
    }

    @Test
    void aCommandThatFindsNoMemoryIsToBeSentAgain() {
        TestInitiator.Outcome outcome =
                outcomeWith(
                        task -> {
                            throw new OutOfMemoryError("planted");
                        });
        assertThat(outcome.status()).isEqualTo(0x28);
    }

    @Test
    void anAnswerThatThrowsClosesTheConnectionAndSparesTheStorage() {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        target.device.instead =
                task -> {
                    task.dataInLength(1);
                    try {
                        task.finish();
                    } catch (RuntimeException reached) {
                        thrown.set(reached);
                    }
                };
        initiator.send(initiator.read10(0, 0, 1, BLOCK));
        assertThat(initiator.closedByTarget()).isTrue();
        assertThat(thrown.get()).isNull();
        Awaitility.await().until(() -> target.sessions.sessions().isEmpty());
    }

    @Test
    void aFaultOutsideTheDeliveryOfAPduEndsTheSessionToo() {
        AtomicBoolean ended = new AtomicBoolean();
        CommandMeter meter =
                session ->
                        new SessionMeter() {
                            @Override
                            public void begun(MeasuredCommand command) {}

                            @Override
                            public void ended(MeasuredCommand command) {
                                if (ended.compareAndSet(false, true)) {
                                    throw new IllegalStateException("planted");
                                }
                            }

                            @Override
                            public void sent() {}

                            @Override
                            public void close() {}
                        };
        SessionLimits hasty =
                new SessionLimits(2, 2, 5, 16, 4, 1 << 20, 1 << 20, 4 << 20, 1, 9, 9, 1 << 18, 1);
        try (TestTarget other =
                        new TestTarget(
                                TestTarget.parameters(false, true, true, 1),
                                hasty,
                                Transport.best(1),
                                meter);
                TestInitiator silent = other.initiator(1)) {
            silent.send(silent.write10(0, 0, 8, 8 * BLOCK, true, new byte[0]));
            assertThat(silent.receive().opcode()).isEqualTo(0x31);
            Awaitility.await().until(() -> other.sessions.sessions().isEmpty());
            assertThat(ended).isTrue();
            assertThat(other.sessions.memory().used()).isZero();
        }
    }

    @Test
    void memoryThatIsAskedForWhileACommandRunsIsBoundedToo() {
        List<ScsiTask> begun = new CopyOnWriteArrayList<>();
        target.device.instead =
                task -> {
                    task.dataInLater(256 << 10);
                    begun.add(task);
                };
        RawPdu[] commands = new RawPdu[128];
        for (int i = 0; i < commands.length; i++) {
            commands[i] = initiator.read10(0, 0, 1, BLOCK);
        }
        initiator.send(commands);
        assertThat(initiator.outcome().status()).isEqualTo(0x28);
        assertThat(target.sessions.memory().used()).isEqualTo(24 << 20);
        begun.forEach(ScsiTask::finish);
    }
}
