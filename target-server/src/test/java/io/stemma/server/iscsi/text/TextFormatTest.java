package io.stemma.server.iscsi.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class TextFormatTest {
    private static TextFormat.Text parse(String text) {
        return TextFormat.parse(text.replace('|', '\0').getBytes(StandardCharsets.UTF_8));
    }

    private static List<TextPair> pairs(String text) {
        return ((TextFormat.Pairs) parse(text)).pairs();
    }

    @Test
    void pairsAreReadInTheirOrder() {
        assertThat(pairs("B=2|A=1,2=3|C=|"))
                .containsExactly(
                        new TextPair("B", "2"), new TextPair("A", "1,2=3"), new TextPair("C", ""));
        assertThat(pairs("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"A=1", "A=1|||", "|A=1|"})
    void paddingThatCountsAsTextIsLetPass(String text) {
        assertThat(pairs(text)).containsExactly(new TextPair("A", "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"A|", "=1|", "A B=1|", "A=1|A=1|", "A=1|B", "\u00e4=1|", "A\n=1|"})
    void whatIsNoTextIsBroken(String text) {
        assertThat(parse(text)).isInstanceOf(TextFormat.Broken.class);
    }

    @Test
    void valuesAreUtf8() {
        assertThat(pairs("TargetAlias=Gr\u00f6\u00dfe \u2603|").getFirst().value())
                .isEqualTo("Gr\u00f6\u00dfe \u2603");
        byte[] broken = {'A', '=', (byte) 0xc3, 0};
        assertThat(TextFormat.parse(broken)).isInstanceOf(TextFormat.Broken.class);
    }

    @Test
    void lengthsAreBounded() {
        assertThat(pairs("k".repeat(63) + "=1|")).hasSize(1);
        assertThat(parse("k".repeat(64) + "=1|")).isInstanceOf(TextFormat.Broken.class);
        assertThat(pairs("A=" + "1".repeat(8192) + "|")).hasSize(1);
        assertThat(parse("A=" + "1".repeat(8193) + "|")).isInstanceOf(TextFormat.Broken.class);
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            many.append("A").append(i).append("=|");
        }
        assertThat(pairs(many.toString())).hasSize(1000);
        assertThat(parse(many + "B=|")).isInstanceOf(TextFormat.Broken.class);
    }

    @Test
    void anAssemblyTakesSixtyFourKibibytesAndBeginsAnew() {
        TextAssembly assembly = new TextAssembly();
        for (int i = 0; i < 8; i++) {
            assertThat(assembly.add(new byte[8192])).isTrue();
        }
        assertThat(assembly.add(new byte[1])).isFalse();
        assertThat(assembly.take()).hasSize(65_536);
        assertThat(assembly.take()).isEmpty();
        assertThat(assembly.add(new byte[1])).isTrue();
    }

    @Test
    void anyPartitionOfATextGivesTheSameText() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<TextPair> pairs = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            pairs.add(new TextPair("Key" + i, "v".repeat(random.nextInt(300))));
        }
        byte[] whole = TextFormat.encode(pairs);
        TextAnswer answer = new TextAnswer(whole);
        TextAssembly assembly = new TextAssembly();
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        while (!answer.finished()) {
            byte[] part = answer.next(1 + random.nextInt(100));
            parts.writeBytes(part);
            assertThat(assembly.add(part)).isTrue();
        }
        assertThat(parts.toByteArray()).isEqualTo(whole);
        assertThat(TextFormat.parse(assembly.take())).isEqualTo(new TextFormat.Pairs(pairs));
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "7,7",
        "0x1f,31",
        "0X1F,31",
        "4294967295,4294967295",
        "0xffffffff,4294967295",
        "4294967296,-1",
        "0x100000000,-1",
        "'',-1",
        "0x,-1",
        "-1,-1",
        "+1,-1",
        "1.0,-1",
        "' 1',-1",
        "0b11,-1",
        "\u0663,-1",
        "99999999999999999999,-1",
        "007,7",
    })
    void numbersAreDecimalOrHexadecimal(String value, long expected) {
        assertThat(TextValues.number(value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0x0aFF, 0aff",
        "0X00, 00",
        "0bAQID, 010203",
        "0BAQI=, 0102",
        "0bAQI, 0102",
        "0x, ",
        "0x1, ",
        "0xgg, ",
        "0b?, ",
        "0b, ",
        "10, ",
        "'', ",
        "0, ",
        "0x01020304, ",
    })
    void binaryValuesAreHexadecimalOrBase64(String value, String expected) {
        byte[] bytes = TextValues.binary(value, 3);
        assertThat(bytes == null ? null : TextValues.hex(bytes))
                .isEqualTo(expected == null ? null : "0x" + expected);
    }
}
