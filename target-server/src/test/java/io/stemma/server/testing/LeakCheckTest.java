package io.stemma.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class LeakCheckTest {
    private static int lose() {
        ByteBuf lost = PooledByteBufAllocator.DEFAULT.directBuffer(64);
        return lost.writeInt(1).writerIndex();
    }

    @Test
    void aLostBufferIsFoundAndReportedOnce() {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        assertThat(lose()).isEqualTo(4);
        List<String> found = new ArrayList<>();
        Awaitility.await()
                .until(
                        () -> {
                            found.addAll(LeakCheck.leaks());
                            return !found.isEmpty();
                        });
        assertThat(found).singleElement().asString().contains("LeakCheckTest");
    }
}
