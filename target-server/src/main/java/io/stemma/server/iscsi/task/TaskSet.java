package io.stemma.server.iscsi.task;

import io.stemma.server.scsi.TaskAttribute;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The tasks of one I_T nexus on one logical unit and the order in which they run (SAM-5, 8; TST is
 * 001b). A task has its place from the arrival of its command on. SIMPLE tasks run at once while
 * neither a HEAD OF QUEUE nor an ORDERED task is in the set, which costs them one count each way.
 * Otherwise a task is dormant until its turn: ORDERED waits for all that are older, SIMPLE for
 * older ORDERED ones, both for every HEAD OF QUEUE, which waits for nothing. An ACA task is refused
 * by its logical unit and waits like a SIMPLE one until then. On the event loop of the nexus.
 */
final class TaskSet {
    /** Dormant tasks in the order of their arrival; at most the command window holds. */
    private final ArrayDeque<Task> dormant = new ArrayDeque<>(0);

    private int tasks;
    private int ordered;
    private int headsOfQueue;
    private boolean orderedRuns;

    /** A task has arrived; it is dormant afterwards where its turn is yet to come. */
    void enter(Task task) {
        tasks++;
        TaskAttribute how = task.attribute();
        boolean waits = ordered + headsOfQueue > 0;
        if (how == TaskAttribute.ORDERED) {
            ordered++;
            waits = tasks > 1;
            orderedRuns |= !waits;
        } else if (how == TaskAttribute.HEAD_OF_QUEUE) {
            headsOfQueue++;
            waits = false;
        }
        if (waits) {
            task.dormant = true;
            dormant.addLast(task);
        }
    }

    /**
     * A task has ended, whether its turn had come or not.
     *
     * @param awake where tasks whose turn has come now are appended
     */
    void leave(Task task, Queue<Task> awake) {
        tasks--;
        if (ordered + headsOfQueue == 0) {
            return;
        }
        boolean slept = task.dormant && dormant.remove(task);
        if (task.attribute() == TaskAttribute.ORDERED) {
            ordered--;
            orderedRuns &= slept;
        } else if (task.attribute() == TaskAttribute.HEAD_OF_QUEUE) {
            headsOfQueue--;
        }
        while (headsOfQueue == 0 && !dormant.isEmpty() && turnOf(dormant.getFirst())) {
            awake.add(dormant.removeFirst());
        }
    }

    /** Whether nothing older hinders the oldest dormant task, while no head of queue does. */
    private boolean turnOf(Task oldest) {
        if (oldest.attribute() != TaskAttribute.ORDERED) {
            return !orderedRuns;
        }
        boolean alone = tasks == dormant.size();
        orderedRuns |= alone;
        return alone;
    }

    /** Whether it holds no task. */
    boolean isEmpty() {
        return tasks == 0;
    }
}
