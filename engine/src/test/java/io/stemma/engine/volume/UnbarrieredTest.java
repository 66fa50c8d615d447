package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnbarrieredTest {
    private final Unbarriered marks = new Unbarriered();

    @Test
    void everythingIsSuspectUntilTheFirstBarrier() {
        assertThat(marks.touches(5, 1)).isTrue();
        marks.beginFlush();
        assertThat(marks.touches(5, 1)).isTrue();
        marks.endFlush();
        assertThat(marks.touches(5, 1)).isFalse();
    }

    @Test
    void aMarkLastsUntilTheEndOfTheFlushThatBeganAfterIt() {
        marks.beginFlush();
        marks.endFlush();
        marks.mark(70, 3);
        marks.beginFlush();
        marks.mark(200, 1);
        assertThat(marks.touches(72, 1)).isTrue();
        assertThat(marks.touches(73, 100)).isFalse();
        marks.endFlush();
        assertThat(marks.touches(70, 3)).isFalse();
        assertThat(marks.touches(200, 1)).isTrue();
        marks.beginFlush();
        marks.endFlush();
        assertThat(marks.touches(0, 1L << 40)).isFalse();
    }

    @Test
    void aLongMarkCoversAllItsBlocks() {
        marks.beginFlush();
        marks.endFlush();
        marks.mark((1L << 20) + 63, 200);
        for (int i = 0; i < 200; i++) {
            assertThat(marks.touches((1L << 20) + 63 + i, 1)).isTrue();
        }
        assertThat(marks.touches((1L << 20) + 62, 1)).isFalse();
        assertThat(marks.touches((1L << 20) + 263, 1)).isFalse();
        marks.mark(0, 1L << 40);
        assertThat(marks.touches(12345, 1)).isTrue();
    }
}
