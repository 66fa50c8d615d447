package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeSpecification;
import io.stemma.server.cli.ControlProtocol;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** What people read of a check, and what scripts get. */
class CheckCommandTest {
    @TempDir Path data;
    private Path pool = Path.of("");

    @BeforeEach
    void fill() throws Exception {
        pool = PoolAccess.pool(data);
        try (VolumeBackend backend = Backends.open(pool)) {
            backend.create(new VolumeSpecification("web", new Geometry(2048, 512, 4096), true));
        }
    }

    private record Ended(int exit, String out, String err) {}

    private static Ended type(Object... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] typed = new String[words.length];
        for (int i = 0; i < words.length; i++) {
            typed[i] = words[i].toString();
        }
        return new Ended(line.execute(typed), out.toString(), err.toString());
    }

    private Path layer() throws Exception {
        try (var layers = Files.newDirectoryStream(pool, "layer.*")) {
            return layers.iterator().next();
        }
    }

    @Test
    void aCleanPoolEndsWithZero() {
        assertThat(type("check", data)).isEqualTo(new Ended(0, pool + ": clean\n", ""));
        assertThat(type("check", pool).exit()).isZero();
        assertThat(type("check", "--data", data).exit()).isZero();
    }

    @Test
    void whatHarmsNothingEndsWithOneAndIsRepairedWhenAskedFor() throws Exception {
        Path orphan = pool.resolve("layer.00000000000000ff");
        Files.write(orphan, new byte[4096]);
        Ended found = type("check", data);
        assertThat(found.exit()).isEqualTo(1);
        assertThat(found.out()).startsWith("harmless  layer.00000000000000ff: ");
        Ended repaired = type("check", data, "--repair");
        assertThat(repaired.out()).contains("repaired  layer.00000000000000ff: removed");
        assertThat(type("check", data).exit()).isZero();
    }

    @Test
    void damageEndsWithTwoAndNamesTheFile() throws Exception {
        Path layer = layer();
        Files.delete(layer);
        Ended found = type("check", data);
        assertThat(found.exit()).isEqualTo(2);
        assertThat(found.out())
                .startsWith("DAMAGE    " + layer.getFileName() + ": ")
                .contains("concerns volume web");
        JsonNode json = ControlProtocol.JSON.readTree(type("check", data, "--json").out());
        assertThat(json.path("damaged").asBoolean()).isTrue();
        assertThat(json.path("findings").path(0).path("file").asText())
                .isEqualTo(layer.getFileName().toString());
    }

    @Test
    void aPoolInUseAndAFolderWithoutOneAreRefusedWithThree() throws Exception {
        try (VolumeBackend backend = Backends.open(pool)) {
            assertThat(backend.volumes()).hasSize(1);
            Ended refused = type("check", data);
            assertThat(refused.exit()).isEqualTo(3);
            assertThat(refused.err()).contains("is in use by");
        }
        Ended none = type("check", data.resolve("elsewhere"));
        assertThat(none.exit()).isEqualTo(3);
        assertThat(none.err()).contains("there is no pool");
    }
}
