package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** A nexus whose transport is the test. */
final class TestNexus implements Nexus {
    private final String initiatorPort;

    /** Tasks under way. */
    final List<TestTask> tasks = new ArrayList<>();

    /** Runs when all aborted tasks have finished; the test calls it. */
    final List<Runnable> aborts = new ArrayList<>();

    int attentionsRaised;

    /** As whom it proved itself. */
    String userName = "";

    /** Whether {@link #abortTasks} is done at once. */
    boolean idle = true;

    TestNexus(String initiatorPort) {
        this.initiatorPort = initiatorPort;
    }

    @Override
    public String initiatorPort() {
        return initiatorPort;
    }

    @Override
    public String userName() {
        return userName;
    }

    @Override
    public String targetPort() {
        return Host.TARGET + ",t,0x0001";
    }

    @Override
    public int relativeTargetPort() {
        return 1;
    }

    @Override
    public void abortTasks(@Nullable LogicalUnit unit, Runnable done) {
        tasks.forEach(ScsiTask::abort);
        if (idle) {
            done.run();
        } else {
            aborts.add(done);
        }
    }

    @Override
    public void unitAttentionRaised(LogicalUnit unit) {
        attentionsRaised++;
    }
}
