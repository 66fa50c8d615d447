package io.stemma.server.scsi;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.Limits;
import io.stemma.engine.volume.VolumeDescription;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The vital product data pages (SPC-5, 7.7; SBC-4). */
final class VitalProductData {
    /** MAXIMUM UNMAP LBA COUNT: more in one command is refused. */
    static final int UNMAP_BLOCKS_MAX = 1 << 20;

    /** MAXIMUM UNMAP BLOCK DESCRIPTOR COUNT: more in one command is refused. */
    static final int UNMAP_DESCRIPTORS_MAX = 256;

    /** MAXIMUM WRITE SAME LENGTH in bytes: a longer command is refused. */
    static final int WRITE_SAME_BYTES_MAX = Limits.TRANSFER_BYTES_MAX;

    /** MAXIMUM COMPARE AND WRITE LENGTH in bytes: a longer command is refused. */
    static final int COMPARE_BYTES_MAX = 64 << 10;

    /** Requests of this size run best: one storage operation, one wire burst. */
    private static final int OPTIMAL_TRANSFER_BYTES = 1 << 20;

    private static final int SUPPORTED_PAGES = 0x00;
    private static final int UNIT_SERIAL_NUMBER = 0x80;
    private static final int DEVICE_IDENTIFICATION = 0x83;
    private static final int EXTENDED_INQUIRY = 0x86;
    private static final int THIRD_PARTY_COPY = 0x8f;
    private static final int BLOCK_LIMITS = 0xb0;
    private static final int BLOCK_DEVICE_CHARACTERISTICS = 0xb1;
    private static final int LOGICAL_BLOCK_PROVISIONING = 0xb2;

    private static final byte[] PAGES = {
        SUPPORTED_PAGES,
        (byte) UNIT_SERIAL_NUMBER,
        (byte) DEVICE_IDENTIFICATION,
        (byte) EXTENDED_INQUIRY,
        (byte) THIRD_PARTY_COPY,
        (byte) BLOCK_LIMITS,
        (byte) BLOCK_DEVICE_CHARACTERISTICS,
        (byte) LOGICAL_BLOCK_PROVISIONING
    };

    /** WABEREQ 01b: blocks can be read after a block erase. */
    private static final int WABEREQ_COMPLETES = 0x40;

    private static final int CODE_BINARY = 1;
    private static final int CODE_ASCII = 2;
    private static final int CODE_UTF8 = 3;
    private static final int OF_UNIT = 0x00;
    private static final int OF_PORT = 0x90;
    private static final int OF_DEVICE = 0xa0;
    private static final int ISCSI = 0x50;

    private VitalProductData() {}

    /** A page with its header, or null where there is none of that code. */
    static byte @Nullable [] page(int code, LogicalUnit unit, UnitState state, ScsiTask task) {
        VolumeDescription volume = unit.volume().description();
        return switch (code) {
            case SUPPORTED_PAGES -> withHeader(code, PAGES);
            case UNIT_SERIAL_NUMBER -> withHeader(code, ascii(volume.serialNumber()));
            case DEVICE_IDENTIFICATION -> withHeader(code, designators(volume, task));
            case EXTENDED_INQUIRY -> withHeader(code, extendedInquiry());
            case THIRD_PARTY_COPY -> withHeader(code, CopyLimits.thirdPartyCopy(state));
            case BLOCK_LIMITS -> withHeader(code, blockLimits(state.geometry()));
            case BLOCK_DEVICE_CHARACTERISTICS -> withHeader(code, characteristics());
            case LOGICAL_BLOCK_PROVISIONING -> withHeader(code, provisioning(state.geometry()));
            default -> null;
        };
    }

    private static byte[] withHeader(int code, byte[] body) {
        byte[] page = new byte[4 + body.length];
        page[1] = (byte) code;
        BigEndian.put16(page, 2, body.length);
        System.arraycopy(body, 0, page, 4, body.length);
        return page;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Names of the unit, of the port that was used, and of the device (SPC-5, 7.7). */
    private static byte[] designators(VolumeDescription volume, ScsiTask task) {
        Nexus nexus = task.nexus();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] naa = new byte[8];
        BigEndian.put64(naa, 0, volume.naaLocallyAssigned());
        designator(all, CODE_BINARY, OF_UNIT | 0x03, naa);
        designator(all, CODE_ASCII, OF_UNIT | 0x01, ascii(Inquiry.VENDOR + volume.serialNumber()));
        byte[] port = new byte[4];
        BigEndian.put16(port, 2, nexus.relativeTargetPort());
        designator(all, ISCSI | CODE_BINARY, OF_PORT | 0x04, port);
        designator(all, ISCSI | CODE_BINARY, OF_PORT | 0x05, port);
        designator(all, ISCSI | CODE_UTF8, OF_PORT | 0x08, scsiName(nexus.targetPort()));
        designator(
                all, ISCSI | CODE_UTF8, OF_DEVICE | 0x08, scsiName(task.mapped().target().name()));
        return all.toByteArray();
    }

    private static void designator(
            ByteArrayOutputStream all, int protocolAndCode, int kind, byte[] value) {
        all.write(protocolAndCode);
        all.write(kind);
        all.write(0);
        all.write(value.length);
        all.writeBytes(value);
    }

    /** Null-terminated, filled with zeroes to a multiple of four (SPC-5). */
    private static byte[] scsiName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        byte[] padded = new byte[(bytes.length + 4) / 4 * 4];
        System.arraycopy(bytes, 0, padded, 0, bytes.length);
        return padded;
    }

    /**
     * No protection information; simple, ordered and head of queue tasks; a volatile cache. An
     * attention REPORTED LUNS DATA HAS CHANGED ends unit by unit or by REPORT LUNS (LUICLR 0).
     */
    private static byte[] extendedInquiry() {
        byte[] body = new byte[60];
        body[1] = 0x07;
        body[2] = 0x01;
        body[9] = (byte) ScsiTask.SENSE_BYTES_MAX;
        return body;
    }

    /**
     * What one command may ask for. WSNZ is one: WRITE SAME of zero blocks is refused. Atomic
     * writes begin and end where they like, and there are no boundaries for them.
     */
    private static byte[] blockLimits(Geometry geometry) {
        int block = geometry.logicalBlockBytes();
        byte[] body = new byte[60];
        body[0] = 0x01;
        body[1] = (byte) (COMPARE_BYTES_MAX / block);
        BigEndian.put16(body, 2, geometry.physicalBlockBytes() / block);
        BigEndian.put32(body, 4, Limits.TRANSFER_BYTES_MAX / block);
        BigEndian.put32(body, 8, OPTIMAL_TRANSFER_BYTES / block);
        BigEndian.put32(body, 16, UNMAP_BLOCKS_MAX);
        BigEndian.put32(body, 20, UNMAP_DESCRIPTORS_MAX);
        BigEndian.put32(body, 24, Math.max(1, Limits.LAYER_BLOCK_BYTES / block));
        body[28] = (byte) 0x80;
        BigEndian.put64(body, 32, WRITE_SAME_BYTES_MAX / block);
        BigEndian.put32(body, 40, Limits.ATOMIC_WRITE_BYTES_MAX / block);
        return body;
    }

    /** A medium that does not rotate. */
    private static byte[] characteristics() {
        byte[] body = new byte[60];
        BigEndian.put16(body, 0, 1);
        body[3] = WABEREQ_COMPLETES;
        return body;
    }

    /** Thin: UNMAP and both WRITE SAME unmap, and unmapped blocks read zero. */
    private static byte[] provisioning(Geometry geometry) {
        byte exponent = (byte) Provisioning.thresholdExponent(geometry);
        return new byte[] {exponent, (byte) 0xe4, 0x02, 0};
    }
}
