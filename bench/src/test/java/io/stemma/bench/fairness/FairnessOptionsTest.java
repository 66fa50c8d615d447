package io.stemma.bench.fairness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

final class FairnessOptionsTest {
    @Test
    void everyProgramHasItsDefaults() {
        FairnessOptions flood = FairnessOptions.parse(List.of("flood"));
        assertThat(flood.rounds()).isEqualTo(5);
        assertThat(flood.operations()).containsExactly("read");
        assertThat(flood.kinds()).containsExactly(Flood.values());
        assertThat(flood.writeResult()).isFalse();
        assertThat(FairnessOptions.parse(List.of("scale")).operations())
                .containsExactly("read", "write");
    }

    @Test
    void whatIsAskedForIsTaken() {
        FairnessOptions options =
                FairnessOptions.parse(
                        List.of(
                                "flood",
                                "--kinds",
                                "deaf,nop",
                                "--write",
                                "--seconds",
                                "0.5",
                                "--port",
                                "13460",
                                "--operations",
                                "write"));
        assertThat(options.kinds()).containsExactly(Flood.DEAF, Flood.NOP);
        assertThat(options.writeResult()).isTrue();
        assertThat(options.seconds()).isEqualTo(0.5);
        assertThat(options.operations()).containsExactly("write");
        assertThat(options.line()).startsWith("bench/fairness flood --kinds deaf,nop");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "drought",
                "flood --kinds drought",
                "flood --rounds",
                "flood --rounds 0",
                "flood --rounds five",
                "scale --seconds 1e9",
                "scale --operations erase",
                "idle --sessions 1000000"
            })
    void whatMakesNoSenseIsRefused(String line) {
        List<String> arguments = line.isEmpty() ? List.of() : List.of(line.split(" ", -1));
        assertThatIllegalArgumentException().isThrownBy(() -> FairnessOptions.parse(arguments));
    }
}
