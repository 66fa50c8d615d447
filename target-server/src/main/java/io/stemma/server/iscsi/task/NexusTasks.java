package io.stemma.server.iscsi.task;

import io.netty.channel.EventLoop;
import io.stemma.server.iscsi.session.Countdown;
import io.stemma.server.iscsi.session.LoginOutcome;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.scsi.LogicalUnit;
import io.stemma.server.scsi.Nexus;
import io.stemma.server.scsi.TargetDevice;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/** The I_T nexus of a session: its identity, and how others abort its tasks. */
final class NexusTasks implements Nexus {
    private final String initiatorPort;
    private final String targetPort;
    private final int relativeTargetPort;
    private final String userName;
    private final EventLoop loop;
    private final Commands commands;

    NexusTasks(
            Session session,
            EventLoop loop,
            ScsiDevice device,
            int dataOutTicks,
            SessionMeter meter) {
        LoginOutcome outcome = session.outcome();
        initiatorPort =
                String.format(Locale.ROOT, "%s,i,0x%012x", outcome.initiatorName(), outcome.isid());
        targetPort =
                String.format(
                        Locale.ROOT, "%s,t,0x%04x", device.name(), TargetDevice.PORTAL_GROUP_TAG);
        relativeTargetPort = device.relativePort();
        userName = outcome.userName();
        this.loop = loop;
        commands = new Commands(session, session.connection(), device, this, dataOutTicks, meter);
    }

    /** The commands of the connection. */
    Commands commands() {
        return commands;
    }

    @Override
    public String initiatorPort() {
        return initiatorPort;
    }

    @Override
    public String targetPort() {
        return targetPort;
    }

    @Override
    public String userName() {
        return userName;
    }

    @Override
    public int relativeTargetPort() {
        return relativeTargetPort;
    }

    @Override
    public void abortTasks(@Nullable LogicalUnit unit, Runnable done) {
        if (loop.inEventLoop()) {
            abort(task -> unit == null || unit == task.unit, done);
            return;
        }
        try {
            loop.execute(() -> abortTasks(unit, done));
        } catch (RejectedExecutionException stopped) {
            done.run();
        }
    }

    /** Aborts tasks; {@code done} runs when none of them is with the storage any more. */
    void abort(Predicate<Task> which, Runnable done) {
        List<Task> remaining = new ArrayList<>();
        commands.abort(which, remaining::add);
        Countdown left = new Countdown(remaining.size() + 1, done);
        for (Task task : remaining) {
            task.whenGone(left::count);
        }
        left.count();
    }
}
