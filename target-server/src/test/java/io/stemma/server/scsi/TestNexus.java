package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** A nexus whose transport is the test. */
final class TestNexus implements Nexus {
    private final String initiatorPort;
    private final String targetPort;
    private final int relativeTargetPort;

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
        this(initiatorPort, Host.TARGET + ",t,0x0001", 1);
    }

    /** A nexus with the port of a device. */
    TestNexus(String initiatorPort, TargetDevice device) {
        this(initiatorPort, device.portName(), device.relativePort());
    }

    private TestNexus(String initiatorPort, String targetPort, int relativeTargetPort) {
        this.initiatorPort = initiatorPort;
        this.targetPort = targetPort;
        this.relativeTargetPort = relativeTargetPort;
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
        return targetPort;
    }

    @Override
    public int relativeTargetPort() {
        return relativeTargetPort;
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
