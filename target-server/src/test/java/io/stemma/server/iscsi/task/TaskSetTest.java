package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.stemma.server.scsi.LogicalUnit;
import io.stemma.server.scsi.Nexus;
import io.stemma.server.scsi.TaskAttribute;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The order that SAM-5, 8 gives, compared with a model that looks at every older task. */
class TaskSetTest {
    private static final int STEPS = 200_000;
    private static final int TASKS_MAX = 12;

    private final TaskSets sets = new TaskSets();
    private final List<Task> live = new ArrayList<>();
    private final List<Task> running = new ArrayList<>();

    @Test
    void whatRunsIsWhatTheStandardLetsRun() {
        long seed = Long.getLong("stemma.seed", System.nanoTime());
        System.out.println("TaskSetTest seed " + seed);
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            boolean grows = random.nextInt(TASKS_MAX) >= live.size();
            if (grows) {
                arrive(attribute(random));
            } else {
                // Ends what runs, and now and then what sleeps: an abort.
                List<Task> from = random.nextInt(4) == 0 ? live : running;
                end(from.get(random.nextInt(from.size())));
            }
            assertThat(running)
                    .as("seed %d, step %d", seed, step)
                    .containsExactlyInAnyOrderElementsOf(live.stream().filter(this::may).toList());
        }
    }

    private static TaskAttribute attribute(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> TaskAttribute.ORDERED;
            case 1 -> TaskAttribute.HEAD_OF_QUEUE;
            case 2 -> TaskAttribute.UNTAGGED;
            default -> TaskAttribute.SIMPLE;
        };
    }

    private Task arrive(TaskAttribute how) {
        Task task = new Task(new Nobody(), 1);
        task.begin(new Nobody(), how);
        live.add(task);
        sets.enter(task);
        if (!task.dormant) {
            running.add(task);
        }
        return task;
    }

    private void end(Task task) {
        live.remove(task);
        running.remove(task);
        sets.leave(task);
        for (Task next = sets.wake(); next != null; next = sets.wake()) {
            assertThat(next.dormant).isFalse();
            running.add(next);
        }
    }

    /** The rule of the standard, or that the task runs already. */
    private boolean may(Task task) {
        if (running.contains(task) || task.attribute() == TaskAttribute.HEAD_OF_QUEUE) {
            return true;
        }
        boolean ordered = task.attribute() == TaskAttribute.ORDERED;
        List<Task> older = live.subList(0, live.indexOf(task));
        return live.stream().noneMatch(t -> t.attribute() == TaskAttribute.HEAD_OF_QUEUE)
                && older.stream().noneMatch(t -> ordered || t.attribute() == TaskAttribute.ORDERED);
    }

    @Test
    void aTaskThatHasNotRunYetAfterItsTurnCameLeavesLikeAnyOther() {
        Task head = arrive(TaskAttribute.HEAD_OF_QUEUE);
        Task ordered = arrive(TaskAttribute.ORDERED);
        Task simple = arrive(TaskAttribute.SIMPLE);
        sets.leave(head);
        assertThat(sets.anyAwake()).isTrue();
        sets.leave(ordered);
        assertThat(sets.wake()).isSameAs(simple);
        assertThat(sets.anyAwake()).isFalse();
        sets.leave(simple);
        assertThat(arrive(TaskAttribute.ORDERED).dormant).isFalse();
    }

    /** A nexus and an owner that are asked for nothing. */
    private static final class Nobody implements Task.Owner, Nexus {
        @Override
        public long reserve(Task task, int lengthBytes) {
            return 0;
        }

        @Override
        public ByteBuf allocate(int lengthBytes) {
            return Unpooled.directBuffer(lengthBytes);
        }

        @Override
        public void finish(Task task) {}

        @Override
        public void broken(Task task, RuntimeException ours) {
            throw ours;
        }

        @Override
        public String initiatorPort() {
            return "";
        }

        @Override
        public String targetPort() {
            return "";
        }

        @Override
        public int relativeTargetPort() {
            return 1;
        }

        @Override
        public void abortTasks(@Nullable LogicalUnit unit, Runnable done) {
            done.run();
        }
    }
}
