package io.stemma.server.iscsi.task;

import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

/**
 * The tasks of a connection by initiator task tag: open addressing, linear probing, no garbage.
 * Twice as many places as tasks, so that a search ends.
 */
final class TaskTable {
    private final int length;

    /** A single place that stays empty until the first task comes: idle sessions are many. */
    private @Nullable Task[] places = new @Nullable Task[1];

    private int size;

    TaskTable(int tasksMax) {
        length = Integer.highestOneBit(4 * tasksMax);
    }

    @Nullable Task get(int tag) {
        for (int i = place(tag); ; i = i + 1 & places.length - 1) {
            Task task = places[i];
            if (task == null || task.tag == tag) {
                return task;
            }
        }
    }

    void put(Task task) {
        if (places.length < length) {
            places = new @Nullable Task[length];
        }
        Invariant.check(size < places.length / 2, "a connection has a bounded number of tasks");
        int i = place(task.tag);
        while (places[i] != null) {
            i = i + 1 & places.length - 1;
        }
        places[i] = task;
        size++;
    }

    void remove(Task task) {
        int i = place(task.tag);
        while (places[i] != task) {
            Invariant.check(places[i] != null, "a task that ends is in the table");
            i = i + 1 & places.length - 1;
        }
        size--;
        closeGap(i);
    }

    /** Moves back what the gap would hide from a search. */
    private void closeGap(int gap) {
        int hole = gap;
        places[hole] = null;
        for (int i = hole + 1 & places.length - 1; ; i = i + 1 & places.length - 1) {
            Task moved = places[i];
            if (moved == null) {
                return;
            }
            int home = place(moved.tag);
            if ((i - home & places.length - 1) >= (i - hole & places.length - 1)) {
                places[hole] = moved;
                places[i] = null;
                hole = i;
            }
        }
    }

    int size() {
        return size;
    }

    private int place(int tag) {
        int mixed = tag * 0x9e3779b9;
        return mixed >>> 16 & places.length - 1;
    }
}
