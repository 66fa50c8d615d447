package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.scsi.ScsiTask;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

class ReadWriteTest {
    private static final int BLOCK = MemoryDevice.BLOCK;

    static Stream<Arguments> combinations() {
        List<Arguments> all = new ArrayList<>();
        for (MemoryDevice.Pace pace :
                List.of(MemoryDevice.Pace.AT_ONCE, MemoryDevice.Pace.OTHER_THREAD)) {
            for (int bits = 0; bits < 8; bits++) {
                boolean digests = (bits & 4) != 0;
                all.add(Arguments.of(pace, digests, (bits & 1) != 0, (bits & 2) != 0));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void whatIsWrittenIsReadBackWhateverWasNegotiated(
            MemoryDevice.Pace pace, boolean digests, boolean initialR2T, boolean immediateData) {
        long seed = 7;
        Random random = new Random(seed);
        try (TestTarget target =
                new TestTarget(TestTarget.parameters(digests, initialR2T, immediateData, 2))) {
            target.device.pace = pace;
            try (TestInitiator initiator = target.initiator(1)) {
                for (int blocks : new int[] {1, 8, 33, 128, 129, 600, 2000}) {
                    byte[] data = new byte[blocks * BLOCK];
                    random.nextBytes(data);
                    int block = random.nextInt(1000);
                    TestInitiator.Outcome written =
                            DataOut.write(
                                    initiator, block, data, initialR2T, immediateData, 64 << 10);
                    assertThat(written.status()).isZero();
                    assertThat(written.residual()).isZero();
                    TestInitiator.Outcome read =
                            initiator.run(initiator.read10(0, block, blocks, data.length));
                    assertThat(read.status()).isZero();
                    assertThat(read.residual()).isZero();
                    assertThat(read.data()).isEqualTo(data);
                }
            }
        }
    }

    @Test
    void theNioTransportServesTheSame() {
        try (TestTarget target =
                        new TestTarget(
                                TestTarget.parameters(true, true, true, 1),
                                SessionLimits.standard(),
                                Transport.nio(1));
                TestInitiator initiator = target.initiator(1)) {
            byte[] data = new byte[300 * BLOCK];
            Arrays.fill(data, (byte) 0x5a);
            assertThat(DataOut.write(initiator, 3, data, true, true, 64 << 10).status()).isZero();
            assertThat(initiator.run(initiator.read10(0, 3, 300, data.length)).data())
                    .isEqualTo(data);
        }
    }

    @Test
    void manyCommandsInOneWriteAreAnsweredInOrderOfTheirCompletion() {
        try (TestTarget target = new TestTarget(TestTarget.parameters(false, false, true, 1));
                TestInitiator initiator = target.initiator(1)) {
            List<RawPdu> commands = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                byte[] data = new byte[BLOCK];
                Arrays.fill(data, (byte) i);
                commands.add(initiator.write10(0, i, 1, BLOCK, true, data));
            }
            initiator.send(commands.toArray(RawPdu[]::new));
            for (RawPdu command : commands) {
                TestInitiator.Outcome outcome = initiator.outcome();
                assertThat(outcome.status()).isZero();
                assertThat(outcome.last().get32(16)).isEqualTo(command.get32(16));
            }
            assertThat(target.device.content[99 * BLOCK + 511]).isEqualTo((byte) 99);
        }
    }

    @Test
    void dataKeptWhereItWasReceivedSurvivesWhatComesAfterIt() throws InterruptedException {
        try (TestTarget target = new TestTarget(TestTarget.parameters(false, true, true, 1));
                TestInitiator initiator = target.initiator(1)) {
            target.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
            int blocks = 60;
            for (int i = 0; i < 120; i++) {
                byte[] data = new byte[blocks * BLOCK];
                Arrays.fill(data, (byte) (i + 1));
                initiator.send(initiator.write10(0, i * blocks, blocks, data.length, true, data));
            }
            List<ScsiTask> held = new ArrayList<>();
            while (held.size() < 120) {
                held.add(target.device.awaitHeld());
            }
            Collections.shuffle(held, new Random(11));
            held.forEach(target.device::release);
            for (int i = 0; i < 120; i++) {
                assertThat(initiator.outcome().status()).isZero();
            }
            for (int at = 0; at < 120 * blocks * BLOCK; at++) {
                if (target.device.content[at] != (byte) (at / (blocks * BLOCK) + 1)) {
                    throw new AssertionError("byte " + at);
                }
            }
        }
    }

    @Test
    void aReadThatYieldsMoreThanExpectedIsCutAndSaysHowMuch() {
        try (TestTarget target = new TestTarget(TestTarget.parameters(false, true, true, 1));
                TestInitiator initiator = target.initiator(1)) {
            TestInitiator.Outcome cut = initiator.run(initiator.read10(0, 0, 2, 700));
            assertThat(cut.data()).hasSize(700);
            assertThat(cut.residual()).isEqualTo(324);
            TestInitiator.Outcome nothing = initiator.run(initiator.read10(0, 0, 1, 0));
            assertThat(nothing.residual()).isEqualTo(512);
            TestInitiator.Outcome less = initiator.run(initiator.read10(0, 0, 1, 10_000));
            assertThat(less.data()).hasSize(512);
            assertThat(less.residual()).isEqualTo(512 - 10_000);
        }
    }

    @Test
    void aWriteTakesWhatTheCommandWantsAndSwallowsTheRest() {
        try (TestTarget target = new TestTarget(TestTarget.parameters(false, false, true, 1));
                TestInitiator initiator = target.initiator(1)) {
            byte[] data = new byte[3 * BLOCK];
            Arrays.fill(data, (byte) 1);
            TestInitiator.Outcome under =
                    initiator.run(initiator.write10(0, 5, 1, data.length, true, data));
            assertThat(under.status()).isZero();
            assertThat(under.residual()).isEqualTo(-2 * BLOCK);
            assertThat(target.device.content[6 * BLOCK]).isZero();
            RawPdu command = initiator.write10(0, 10, 1, data.length, false, new byte[0]);
            initiator.send(command, initiator.dataOut(command.get32(16), -1, 0, 0, true, data));
            assertThat(initiator.outcome().residual()).isEqualTo(-2 * BLOCK);
            assertThat(target.device.content[10 * BLOCK]).isEqualTo((byte) 1);
            assertThat(target.device.content[11 * BLOCK]).isZero();
            TestInitiator.Outcome over =
                    initiator.run(
                            initiator.write10(0, 20, 3, BLOCK, true, Arrays.copyOf(data, BLOCK)));
            assertThat(over.residual()).isEqualTo(2 * BLOCK);
        }
    }

    @Test
    void aCommandThatFailsCarriesItsSense() {
        try (TestTarget target = new TestTarget(TestTarget.parameters(true, true, true, 1));
                TestInitiator initiator = target.initiator(1)) {
            TestInitiator.Outcome outcome =
                    initiator.run(initiator.read10(0, Integer.MAX_VALUE / 1024, 1, BLOCK));
            assertThat(outcome.status()).isEqualTo(2);
            assertThat(outcome.sense()).isEqualTo(0x052100);
            assertThat(outcome.residual()).isEqualTo(-BLOCK);
        }
    }
}
