package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.volume.SpaceSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class ConfigurationReaderTest {
    private static Configuration parse(String text) throws ConfigurationException {
        return ConfigurationReader.parse(text, "stemma.yaml", Path.of("conf"));
    }

    private static List<String> faults(String text) {
        try {
            parse(text);
            return List.of();
        } catch (ConfigurationException refused) {
            return refused.faults().stream().map(ConfigurationException.Fault::toString).toList();
        }
    }

    @Test
    void theSampleIsValid() throws Exception {
        Path sample = Path.of("../config/samples/stemma.yaml");
        Configuration configuration = ConfigurationReader.read(sample);
        assertThat(configuration.volumes()).hasSize(1);
        assertThat(configuration.volumes().get(0).sizeBytes()).isEqualTo(10L << 30);
        assertThat(configuration.targets().get(0).luns()).hasSize(1);
        assertThat(configuration.portals()).hasSize(1);
    }

    @Test
    void everySettingOfTheSampleIsValidWhenItIsTurnedOn() throws Exception {
        String text = Files.readString(Path.of("../config/samples/stemma.yaml"));
        String all =
                text.lines()
                        .map(
                                line ->
                                        line.matches("\\s*# +[a-z-].*: ?.*|\\s*# +- .*")
                                                        && !line.contains("Start with")
                                                        && !line.contains("\"listen\" is")
                                                ? line.replaceFirst("# ?", "")
                                                : line)
                        .reduce("", (a, b) -> a + b + "\n");
        Configuration configuration = parse(all);
        assertThat(configuration.portals()).hasSize(3);
        assertThat(configuration.portals().get(1).advertised()).isNotNull();
        assertThat(configuration.targets().get(0).chap()).isNotNull();
        assertThat(configuration.targets().get(0).networks()).hasSize(2);
        assertThat(configuration.discovery()).isNotNull();
        assertThat(configuration.space()).isEqualTo(new SpaceSettings(1L << 30, 1L << 30, 80));
    }

    @Test
    void whatThePoolKeepsFreeIsReadOrGoesByTheFileSystem() throws Exception {
        assertThat(parse("").space()).isEqualTo(SpaceSettings.STANDARD);
        assertThat(parse("pool: {space: {reserve: 2GiB}}").space())
                .isEqualTo(new SpaceSettings(2L << 30, SpaceSettings.AUTOMATIC, 80));
        assertThat(
                        parse("pool: {space: {reserve: 0B, ballast: 0, softThresholdPercent: 0}}")
                                .space())
                .isEqualTo(new SpaceSettings(0, 0, 0));
        assertThat(
                        faults(
                                """
                                pool:
                                  space:
                                    reserve: 10GB
                                    ballast: much
                                    softThresholdPercent: 100
                                    hard: 1
                                  time: 1
                                """))
                .containsExactlyInAnyOrder(
                        "stemma.yaml:3: \"10GB\" has an unknown unit; write B, KiB, MiB, GiB, TiB"
                                + " or PiB, like 10GiB",
                        "stemma.yaml:4: \"much\" is not a size; write a whole number and a unit,"
                                + " like 10GiB",
                        "stemma.yaml:5: \"softThresholdPercent\" is \"100\"; write a number from 0"
                                + " to 99",
                        "stemma.yaml:6: \"hard\" is not known in \"space\"; known are reserve,"
                                + " ballast, softThresholdPercent",
                        "stemma.yaml:7: \"time\" is not known in \"pool\"; known are space");
    }

    @Test
    void everyFaultIsReportedAtOnceWithItsLine() {
        List<String> faults =
                faults(
                        """
                        listen: ["localhost"]
                        volumes:
                          - name: a/b
                            size: 10GB
                          - name: ok
                            size: 1GiB
                            colour: red
                          - name: ok
                            size: 1000
                        targets:
                          - name: disks
                            luns:
                              - lun: 300
                                volume: ok
                              - volume: ok
                            networks: [10.0.0.0/33]
                            chap:
                              accounts:
                                - user: u
                                  password: verysecretindeed
                        extra: 1
                        """);
        assertThat(faults).hasSizeGreaterThanOrEqualTo(11);
        assertThat(faults).allMatch(fault -> fault.matches("stemma.yaml:\\d+: .*"));
        assertThat(String.join("\n", faults))
                .contains("stemma.yaml:1: \"localhost\" is no address")
                .contains("stemma.yaml:3: \"a/b\" is no name")
                .contains("stemma.yaml:4: \"10GB\"")
                .contains("stemma.yaml:7: \"colour\" is not known in a volume")
                .contains("volume \"ok\" stands at stemma.yaml:5 already")
                .contains("stemma.yaml:9: a size must be a multiple")
                .contains("stemma.yaml:11: \"disks\" is no iSCSI name")
                .contains("stemma.yaml:13: \"lun\" is \"300\"")
                .contains("a LUN needs \"lun\"")
                .contains("stemma.yaml:16: \"10.0.0.0/33\"")
                .contains("a secret does not belong into the configuration")
                .contains("stemma.yaml:21: \"extra\" is not known")
                .doesNotContain("verysecretindeed");
    }

    @Test
    void textThatIsNotYamlNamesTheLine() {
        assertThat(faults("a: [1\nb: 2\n")).hasSize(1);
        assertThat(faults("a: [1\nb: 2\n").get(0)).contains("stemma.yaml:2: not YAML");
        assertThat(faults("- 1\n").get(0)).contains("must be a mapping");
    }

    @Test
    void anEmptyFileAsksForNothing() throws Exception {
        assertThat(parse("")).isEqualTo(Configuration.EMPTY);
        assertThat(parse("# only a comment\n")).isEqualTo(Configuration.EMPTY);
    }

    @Test
    void aSecretIsReadFromAFileThatOthersCannotRead(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("secret");
        Files.writeString(file, "abcdefghijklmnop\nsecond line\n");
        Files.setPosixFilePermissions(
                file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        assertThat(new SecretSource.InFile(file).read(Map.of()))
                .isEqualTo("abcdefghijklmnop".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Files.setPosixFilePermissions(
                file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> new SecretSource.InFile(file).read(Map.of()))
                .hasMessageContaining("chmod 600");
    }

    @Test
    void aSecretThatIsTooShortIsRefusedWithoutShowingIt() {
        assertThatThrownBy(
                        () -> new SecretSource.InEnvironment("S").read(Map.of("S", "tooshort123")))
                .hasMessageContaining("11 bytes")
                .hasMessageNotContaining("tooshort123");
        assertThatThrownBy(() -> new SecretSource.InEnvironment("S").read(Map.of()))
                .hasMessageContaining("not set");
    }
}
