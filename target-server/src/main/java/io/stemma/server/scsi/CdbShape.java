package io.stemma.server.scsi;

/**
 * Where block commands of each length keep their logical block address and their number of blocks
 * (SPC-5). An address of 2^63 or more comes out negative, which no geometry contains.
 */
enum CdbShape {
    /** Address 21 bits, length one byte, where zero says 256. */
    SIX(6, 4) {
        @Override
        long lba(byte[] cdb) {
            return BigEndian.u24(cdb, 1) & 0x1f_ffff;
        }

        @Override
        long blocks(byte[] cdb) {
            int blocks = cdb[4] & 0xff;
            return blocks == 0 ? 256 : blocks;
        }
    },
    /** Address four bytes, length two. */
    TEN(10, 7) {
        @Override
        long lba(byte[] cdb) {
            return BigEndian.u32(cdb, 2);
        }

        @Override
        long blocks(byte[] cdb) {
            return BigEndian.u16(cdb, 7);
        }
    },
    /** Address four bytes, length four. */
    TWELVE(12, 6) {
        @Override
        long lba(byte[] cdb) {
            return BigEndian.u32(cdb, 2);
        }

        @Override
        long blocks(byte[] cdb) {
            return BigEndian.u32(cdb, 6);
        }
    },
    /** Address eight bytes, length four. */
    SIXTEEN(16, 10) {
        @Override
        long lba(byte[] cdb) {
            return BigEndian.s64(cdb, 2);
        }

        @Override
        long blocks(byte[] cdb) {
            return BigEndian.u32(cdb, 10);
        }
    };

    private final int bytes;
    private final int lengthAt;

    CdbShape(int bytes, int lengthAt) {
        this.bytes = bytes;
        this.lengthAt = lengthAt;
    }

    /** Length of the CDB. */
    int bytes() {
        return bytes;
    }

    /** Byte at which the number of blocks begins, for field pointers. */
    int lengthAt() {
        return lengthAt;
    }

    abstract long lba(byte[] cdb);

    abstract long blocks(byte[] cdb);
}
