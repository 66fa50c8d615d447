package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.scsi.ReserveOut.Action;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** TransportIDs, parameter lists and records: written, read, cut, and changed at random. */
class TransportIdTest {
    private static final String PORT = "iqn.2026-11.example:host,i,0x00023d000001";

    private static byte[] id(int first, int additional, String text) {
        byte[] all = new byte[4 + additional];
        all[0] = (byte) first;
        BigEndian.put16(all, 2, additional);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, all, 4, bytes.length);
        return all;
    }

    @Test
    void aPortIsWrittenAsTheStandardDrawsIt() {
        byte[] bytes = TransportId.ofPort(PORT).encoded();
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo(
                        "4500002c"
                                + HexFormat.of().formatHex(PORT.getBytes(StandardCharsets.US_ASCII))
                                + "000000");
        assertThat(TransportId.read(bytes, 0, bytes.length)).isEqualTo(TransportId.ofPort(PORT));
        byte[] small = new TransportId("iqn.x", 1).encoded();
        assertThat(small).hasSize(28);
        assertThat(new TransportId("iqn.x", TransportId.NO_ISID).encoded()).hasSize(24);
    }

    @Test
    void namesAreNormalizedAndDigitsMayBeFew() {
        byte[] bytes = id(0x45, 48, "IQN.2026-11.Example:HOST,i,0x23D000001");
        TransportId id = TransportId.read(bytes, 0, bytes.length);
        assertThat(id).isEqualTo(TransportId.ofPort(PORT));
    }

    @ParameterizedTest
    @CsvSource({
        "0x46, 24, 'iqn.a,i,0x1'",
        "0x85, 24, 'iqn.a,i,0x1'",
        "0x45, 16, 'iqn.a,i,0x1'",
        "0x45, 22, 'iqn.a,i,0x1'",
        "0x45, 24, 'iqn.a'",
        "0x45, 24, 'iqn.a,i,0x'",
        "0x45, 24, ',i,0x1'",
        "0x45, 24, 'iqn.a,i,0xg'",
        "0x45, 28, 'iqn.a,i,0x1234567890123'",
        "0x45, 20, 'iqn.abcde,i,0x123456'",
        "0x05, 20, ''",
        "0x05, 20, '01234567890123456789'"
    })
    void whatIsMalformedIsNone(String first, int additional, String text) {
        byte[] bytes = id(Integer.decode(first), additional, text);
        assertThat(TransportId.read(bytes, 0, bytes.length)).isNull();
    }

    @Test
    void fillThatIsNotZeroAndTextThatIsNotUtf8AreNone() {
        byte[] bytes = id(0x45, 24, "iqn.a,i,0x1");
        bytes[27] = 1;
        assertThat(TransportId.read(bytes, 0, bytes.length)).isNull();
        bytes = id(0x45, 24, "iqn.a,i,0x1");
        bytes[6] = (byte) 0xff;
        assertThat(TransportId.read(bytes, 0, bytes.length)).isNull();
        bytes = id(0x45, 244, "i".repeat(224) + ",i,0x1");
        assertThat(TransportId.read(bytes, 0, bytes.length)).isNull();
    }

    private static byte[] list(byte[]... ids) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] id : ids) {
            all.writeBytes(id);
        }
        byte[] list = new byte[28 + all.size()];
        list[20] = 0x08;
        BigEndian.put32(list, 24, all.size());
        System.arraycopy(all.toByteArray(), 0, list, 28, all.size());
        return list;
    }

    @Test
    void everyCutAndEveryChangeOfAListEndsInAListOrAFault() {
        long seed = Long.getLong("stemma.seed", System.nanoTime());
        System.out.println("[reservations] stemma.seed=" + seed);
        Random random = new Random(seed);
        Action[] actions = Action.values();
        byte[] whole = list(TransportId.ofPort(PORT).encoded(), id(5, 20, "iqn.b"));
        for (int length = 0; length < whole.length; length++) {
            ReserveOutList cut = ReserveOutList.read(Action.REGISTER, Arrays.copyOf(whole, length));
            assertThat(cut.fault()).isEqualTo(ReserveOutList.Fault.LENGTH);
        }
        assertThat(ReserveOutList.read(Action.REGISTER, whole).initiators()).hasSize(2);
        for (int i = 0; i < 200_000; i++) {
            byte[] changed = Arrays.copyOf(whole, 24 + random.nextInt(whole.length));
            for (int n = random.nextInt(5); n >= 0; n--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            Action action = actions[random.nextInt(actions.length)];
            ReserveOutList read = ReserveOutList.read(action, changed);
            assertThat(read.faultAt()).isBetween(0, changed.length);
            if (read.fault() == ReserveOutList.Fault.NONE) {
                assertThat(read.initiators().size()).isLessThan(changed.length / 20);
            }
        }
    }

    private static ReservationState random(Random random) {
        Map<NexusName, Long> keys = new LinkedHashMap<>();
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            String initiator =
                    String.format(
                            "iqn.2026-11.example:h%d,i,0x%012x",
                            random.nextInt(5), random.nextLong() & 0xffff_ffff_ffffL);
            keys.put(
                    new NexusName(initiator, "iqn.t" + random.nextInt(3) + ",t,0x0001"),
                    random.nextLong() | 1);
        }
        ReservationType[] types = ReservationType.values();
        ReservationState state = new ReservationState(0, keys, null, null, true);
        int which = random.nextInt(types.length + 1);
        NexusName holder = keys.keySet().iterator().next();
        return which == types.length ? state : state.reserved(types[which], holder);
    }

    @Test
    void aRecordIsReadAsItWasWrittenAndAChangedOneIsNoneOrAnother() {
        long seed = Long.getLong("stemma.seed", System.nanoTime());
        System.out.println("[reservations] stemma.seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            ReservationState state = random(random);
            byte[] record = ReservationRecord.encode(state);
            assertThat(record).isNotNull();
            ReservationState read = ReservationRecord.decode(record);
            assertThat(read).isEqualTo(state);
            assertThat(Objects.requireNonNull(read).keys().keySet())
                    .containsExactlyElementsOf(state.keys().keySet());
            int cut = random.nextInt(record.length);
            assertThat(ReservationRecord.decode(Arrays.copyOf(record, cut))).isNull();
            record[random.nextInt(record.length)] ^= (byte) (1 << random.nextInt(8));
            ReservationState changed = ReservationRecord.decode(record);
            assertThat(changed == null || !changed.equals(state)).isTrue();
        }
    }

    @Test
    void aRecordThatIsTooLongIsNone() {
        Map<NexusName, Long> keys = new LinkedHashMap<>();
        for (int i = 0; i < ReservationState.REGISTRANTS_MAX; i++) {
            keys.put(new NexusName("iqn.a:" + i + "x".repeat(200) + ",i,0x1", "t"), 1L);
        }
        assertThat(ReservationRecord.encode(new ReservationState(0, keys, null, null, true)))
                .isNull();
    }
}
