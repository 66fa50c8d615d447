package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.metrics.CommandFigures;
import io.stemma.server.metrics.MeterRegistration;
import io.stemma.server.metrics.MetricsLimits;
import io.stemma.server.testing.TestInitiator;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class ScrapeTest {
    private static final int SESSIONS = 300;

    @Test
    void manySessionsCostAScrapeABoundedNumberOfMeters() {
        CommandFigures figures = new CommandFigures(Long.MAX_VALUE);
        List<TestInitiator> initiators = new ArrayList<>();
        try (TestTarget target =
                        new TestTarget(
                                TestTarget.parameters(false, true, true, 1),
                                SessionLimits.standard(),
                                Transport.best(1),
                                figures);
                MeterRegistration meters = new MeterRegistration(figures)) {
            for (int i = 0; i < SESSIONS; i++) {
                TestInitiator next = target.initiator(1 + i);
                initiators.add(next);
                assertThat(next.run(next.read10(0, 0, 1, MemoryDevice.BLOCK)).status()).isZero();
            }
            for (int scrape = 0; scrape < 3; scrape++) {
                String text = meters.prometheus();
                assertThat(text.lines().filter(line -> line.startsWith("stemma_session_busy")))
                        .hasSize(MetricsLimits.METERED_MAX);
                assertThat(text.length()).isLessThan(2 << 20);
            }
        } finally {
            initiators.forEach(TestInitiator::close);
        }
    }
}
