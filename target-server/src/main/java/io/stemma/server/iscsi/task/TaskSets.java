package io.stemma.server.iscsi.task;

import io.stemma.server.scsi.LogicalUnit;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.IdentityHashMap;

/**
 * The task sets of a nexus, one for each logical unit it uses, and the tasks whose turn has come.
 * Commands to LUNs without a logical unit share one. On the event loop of the nexus.
 */
final class TaskSets {
    /** Empty sets are forgotten when a new one would be one more than this. */
    static final int SETS_KEPT_MAX = 256;

    private final IdentityHashMap<LogicalUnit, TaskSet> sets = new IdentityHashMap<>(2);
    private final TaskSet withoutUnit = new TaskSet();
    private final ArrayDeque<Task> awake = new ArrayDeque<>(0);
    private @Nullable LogicalUnit lastUnit;
    private TaskSet last = withoutUnit;

    /** A task has arrived for its {@link Task#unit}. */
    void enter(Task task) {
        TaskSet set = of(task.unit);
        task.set = set;
        set.enter(task);
    }

    // The same unit, not one like it.
    @SuppressWarnings("ReferenceEquality")
    private TaskSet of(@Nullable LogicalUnit unit) {
        if (unit == lastUnit) {
            return last;
        }
        TaskSet set = unit == null ? withoutUnit : sets.get(unit);
        if (set == null) {
            if (sets.size() >= SETS_KEPT_MAX) {
                sets.values().removeIf(TaskSet::isEmpty);
            }
            set = new TaskSet();
            sets.put(unit, set);
        }
        lastUnit = unit;
        last = set;
        return set;
    }

    /** A task has ended. */
    void leave(Task task) {
        if (task.dormant) {
            awake.remove(task);
        }
        task.set.leave(task, awake);
        task.dormant = false;
    }

    /** The next task whose turn has come, or null; it is not dormant any more. */
    @Nullable Task wake() {
        Task task = awake.pollFirst();
        if (task != null) {
            task.dormant = false;
        }
        return task;
    }

    /** Whether {@link #wake} has one. */
    boolean anyAwake() {
        return !awake.isEmpty();
    }

    /** How many task sets are remembered. */
    int size() {
        return sets.size();
    }
}
