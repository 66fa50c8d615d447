package io.stemma.server.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.runtime.InvariantViolation;

import org.junit.jupiter.api.Test;

class ReceiveMemoryTest {
    private final ReceiveMemory memory = new ReceiveMemory(1 << 20);

    @Test
    void onlySoManyConnectionsKeepTheirBuffers() {
        for (int i = 0; i < ReceiveMemory.KEEPERS_MAX; i++) {
            assertThat(memory.keep()).isTrue();
        }
        assertThat(memory.keep()).isFalse();
        memory.endKeeping();
        assertThat(memory.keep()).isTrue();
        assertThat(memory.keep()).isFalse();
        assertThat(memory.keepers()).isEqualTo(ReceiveMemory.KEEPERS_MAX);
    }

    @Test
    void whoKeepsNothingCannotEndIt() {
        assertThatThrownBy(memory::endKeeping).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void bytesAreTakenUpToTheBound() {
        assertThat(memory.take(1 << 20)).isTrue();
        assertThat(memory.take(1)).isFalse();
        memory.give(1);
        assertThat(memory.take(1)).isTrue();
        assertThat(memory.used()).isEqualTo(1 << 20);
    }
}
