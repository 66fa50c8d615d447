package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

class TaskTableTest {
    private static final Task.Owner OWNER =
            new Task.Owner() {
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
            };

    private static Task task(int tag) {
        Task task = new Task(OWNER, 1);
        task.tag = tag;
        return task;
    }

    @Test
    void findsWhatAMapFindsHoweverTagsCollide() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            TaskTable table = new TaskTable(16);
            Map<Integer, Task> model = new HashMap<>();
            for (int step = 0; step < 500; step++) {
                int tag = random.nextInt(40) * (random.nextBoolean() ? 1 : 1 << 16);
                if (model.containsKey(tag)) {
                    table.remove(model.remove(tag));
                } else if (model.size() < 16) {
                    Task task = task(tag);
                    table.put(task);
                    model.put(tag, task);
                }
                List<Integer> tags = new ArrayList<>(model.keySet());
                for (int known : tags) {
                    assertThat(table.get(known)).as("seed %d", seed).isSameAs(model.get(known));
                }
                assertThat(table.get(77)).isNull();
                assertThat(table.size()).isEqualTo(model.size());
            }
        }
    }
}
