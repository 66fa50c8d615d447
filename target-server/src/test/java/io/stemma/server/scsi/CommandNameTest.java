package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommandNameTest {
    @Test
    void everyCommandThatUnitsSupportHasAName() {
        for (CommandRow row : CommandTable.all()) {
            byte[] cdb = new byte[ScsiTask.CDB_BYTES_MAX];
            cdb[0] = (byte) row.operationCode();
            cdb[1] = (byte) Math.max(0, row.serviceAction());
            assertThat(CommandName.of(cdb))
                    .as("%02x/%d", row.operationCode(), row.serviceAction())
                    .isNotEqualTo(CommandName.OTHER);
        }
    }

    @Test
    void whateverComesHasANameWithAPlaceInTheArrays() {
        byte[] cdb = new byte[ScsiTask.CDB_BYTES_MAX];
        for (int code = 0; code < 256; code++) {
            for (int action = 0; action < 256; action++) {
                cdb[0] = (byte) code;
                cdb[1] = (byte) action;
                CommandName name = CommandName.of(cdb);
                assertThat(name.index()).isBetween(0, CommandName.values().length - 1);
                assertThat(name.blocks(cdb)).isGreaterThanOrEqualTo(-1);
            }
        }
    }
}
