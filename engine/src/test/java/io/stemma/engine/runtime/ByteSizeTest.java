package io.stemma.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ByteSizeTest {
    @Test
    void readsWholeNumbersWithBinaryUnits() {
        assertThat(ByteSize.parse("1GiB")).isEqualTo(1L << 30);
        assertThat(ByteSize.parse(" 512 MiB ")).isEqualTo(512L << 20);
        assertThat(ByteSize.parse("4096")).isEqualTo(4096);
        assertThat(ByteSize.parse("7B")).isEqualTo(7);
        assertThat(ByteSize.parse("16TiB")).isEqualTo(16L << 40);
    }

    @Test
    void saysWhatToWriteInstead() {
        assertThatThrownBy(() -> ByteSize.parse("10GB"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10GiB");
        assertThatThrownBy(() -> ByteSize.parse("ten"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10GiB");
        assertThatThrownBy(() -> ByteSize.parse("-1GiB"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ByteSize.parse("9000PiB"))
                .hasMessageContaining("beyond 2^63 bytes");
    }

    @Test
    void whatIsWrittenCanBeReadBack() {
        for (long bytes : new long[] {0, 1, 512, 1024, 1536, 1L << 30, 3L << 39, 1L << 62}) {
            assertThat(ByteSize.parse(ByteSize.format(bytes))).isEqualTo(bytes);
        }
    }
}
