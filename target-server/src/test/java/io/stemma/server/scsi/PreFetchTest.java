package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;

class PreFetchTest {
    private final Host host = new Host();

    @Test
    void blocksAreReadInPieces() {
        assertThat(host.data("34 00 00000010 00 0402 00")).isEmpty();
        assertThat(host.volume.log).containsExactly("READ 16 512", "READ 528 512", "READ 1040 2");
    }

    @Test
    void zeroBlocksAreAllToTheEnd() {
        assertThat(host.data("90 00 0000000000001ffe 00000000 00 00")).isEmpty();
        assertThat(host.volume.log).containsExactly("READ 8190 2");
        assertThat(host.send("34 00 00002000 00 0000 00")).isEqualTo("GOOD");
        assertThat(host.volume.log).hasSize(1);
    }

    @Test
    void anImmediateAnswerDoesNotWaitForTheBlocks() {
        host.volume.holding = true;
        assertThat(host.send("34 02 00000000 00 0401 00")).isEqualTo("GOOD");
        assertThat(host.send("34 02 00000800 00 0001 00")).isEqualTo("GOOD");
        assertThat(host.volume.log).isEmpty();
        host.volume.release();
        assertThat(host.volume.log).containsExactly("READ 0 512", "READ 512 512", "READ 1024 1");
        assertThat(host.send("34 02 00000800 00 0001 00")).isEqualTo("GOOD");
        assertThat(host.volume.log).hasSize(4);
    }

    @Test
    void whatCannotBeReadIsToldUnlessNobodyWaits() {
        host.volume.nextFault = new DeviceFault(Kind.MEDIUM, "read", "memory", 17, 0, null);
        assertThat(host.send("34 00 00000010 00 0002 00")).isEqualTo("3/1100 I17");
        host.volume.nextFault = new DeviceFault(Kind.MEDIUM, "read", "memory", 17, 0, null);
        assertThat(host.send("34 02 00000000 00 0401 00")).isEqualTo("GOOD");
        assertThat(host.volume.log).isEmpty();
        assertThat(host.send("34 02 00000000 00 0001 00")).isEqualTo("GOOD");
        assertThat(host.volume.log).containsExactly("READ 0 1");
    }

    @Test
    void aHugeRangeIsReadUpToItsBound() {
        Host large = new Host(new MemoryVolume(160 << 10, 512), false);
        assertThat(large.send("34 00 00000000 00 0000 00")).isEqualTo("GOOD");
        assertThat(large.volume.log).hasSize(PreFetch.BYTES_MAX / Transfer.PIECE_BYTES);
    }
}
