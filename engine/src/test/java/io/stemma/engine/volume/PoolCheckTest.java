package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.check.CheckReport;
import io.stemma.engine.check.Finding;
import io.stemma.engine.check.Finding.Severity;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Each kind of damage of a pool that nobody has open is found, named, and not made worse. */
class PoolCheckTest {
    private static final long LAYER_BYTES = CheckedFolder.BLOCKS * 4096L;
    private static final int GROUP_MAGIC = 0x53475250;

    @TempDir Path temporary;
    private CheckedFolder pool;

    @BeforeEach
    void make() throws Exception {
        pool = new CheckedFolder(temporary);
    }

    private String layer(int index) throws Exception {
        List<String> layers = pool.layers();
        assertThat(layers).hasSize(4);
        return layers.get(index);
    }

    /** Offsets of the groups of the last segment that is in use. */
    private List<Integer> groups(String segment) throws Exception {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(pool.path.resolve(segment)));
        List<Integer> groups = new java.util.ArrayList<>();
        int at = 4096;
        while (at < bytes.capacity() - 64 && bytes.getInt(at) == GROUP_MAGIC) {
            groups.add(at);
            at += bytes.getInt(at + 8);
        }
        return groups;
    }

    private String segment() throws Exception {
        for (String name : pool.names("journal.")) {
            if (groups(name).size() > 4) {
                return name;
            }
        }
        throw new AssertionError("no segment has groups");
    }

    @Test
    void aPoolAsTheEngineLeftItIsClean() throws Exception {
        assertThat(pool.findings()).isEmpty();
        assertThat(pool.check(true)).isEqualTo(new CheckReport(List.of(), List.of(), List.of()));
    }

    @Test
    void aMissingLayerIsNamedWithWhatStandsOnIt() throws Exception {
        Files.delete(pool.path.resolve(layer(0)));
        Finding finding = pool.finding();
        assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
        assertThat(finding.concerns())
                .contains("volume web", "volume copy", "snapshot web@a", "snapshot web@b");
    }

    @Test
    void aLayerThatLostDataAtItsEndSaysWhereAndIsNotMadeLonger() throws Exception {
        String name = layer(0);
        pool.truncate(name, 90 * 4096L);
        Finding finding = pool.finding();
        assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
        assertThat(finding.file()).isEqualTo(name);
        assertThat(finding.offset()).isEqualTo(90 * 4096L);
        assertThat(finding.what()).contains("10 blocks of data are missing");
        CheckReport report = pool.check(true);
        assertThat(report.repaired()).isEmpty();
        assertThat(report.refused()).isNotEmpty();
        assertThat(Files.size(pool.path.resolve(name))).isEqualTo(90 * 4096L);
    }

    @Test
    void aLayerThatLostOnlyHolesAtItsEndGetsThemBack() throws Exception {
        String name = layer(1);
        pool.truncate(name, 100 * 4096L);
        assertThat(pool.finding().what()).contains("only holes are missing");
        assertThat(pool.check(true).repaired()).hasSize(1);
        assertThat(Files.size(pool.path.resolve(name))).isEqualTo(LAYER_BYTES);
        assertThat(pool.findings()).isEmpty();
    }

    @Test
    void aLayerThatIsTooLongHarmsNothing() throws Exception {
        String name = layer(2);
        pool.put(name, LAYER_BYTES + 8191, new byte[] {1});
        Finding finding = pool.finding();
        assertThat(finding.severity()).isEqualTo(Severity.HARMLESS);
        assertThat(finding.file()).isEqualTo(name);
    }

    @Test
    void anOrphanIsListedAndRemovedOnlyWhenAskedFor() throws Exception {
        String orphan = "layer.00000000000000ff";
        pool.put(orphan, 0, new byte[4096]);
        Finding finding = pool.finding();
        assertThat(finding.severity()).isEqualTo(Severity.HARMLESS);
        assertThat(finding.file()).isEqualTo(orphan);
        assertThat(pool.check(true).repaired()).containsExactly(orphan + ": removed");
        assertThat(pool.findings()).isEmpty();
        layer(3);
    }

    @Test
    void aStrangeFileIsToldOfAndLeftAlone() throws Exception {
        pool.put("notes.txt", 0, new byte[10]);
        assertThat(pool.finding().file()).isEqualTo("notes.txt");
        assertThat(pool.check(true).repaired()).isEmpty();
        assertThat(pool.names("notes")).hasSize(1);
    }

    @Test
    void straySpaceIsGivenBackAndDataIsNot() throws Exception {
        String name = layer(3);
        byte[] stray = new byte[4 << 20];
        Arrays.fill(stray, (byte) 7);
        pool.put(name, 2048 * 4096L, stray);
        assertThat(pool.finding().severity()).isEqualTo(Severity.HARMLESS);
        assertThat(pool.check(true).repaired()).hasSize(1);
        assertThat(pool.findings()).isEmpty();
        byte[] left = Files.readAllBytes(pool.path.resolve(name));
        assertThat(left[2048 * 4096]).isZero();
        assertThat(left[200 * 4096]).isEqualTo((byte) 4);
    }

    @Test
    void aBitFlipInTheJournalNamesSegmentAndOffset() throws Exception {
        String name = segment();
        List<Integer> groups = groups(name);
        int group = groups.get(groups.size() / 2);
        pool.flip(name, group + 70);
        List<Finding> findings = pool.findings();
        assertThat(findings)
                .anySatisfy(
                        finding -> {
                            assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
                            assertThat(finding.file()).isEqualTo(name);
                            assertThat(finding.offset()).isEqualTo(group);
                            assertThat(finding.what()).contains("are missing from here on");
                        });
    }

    @Test
    void everyGroupOfTheJournalIsFoundWhenItIsDamaged() throws Exception {
        String name = segment();
        for (int group : groups(name)) {
            pool.flip(name, group + 4);
            assertThat(pool.findings())
                    .as("group at %d", group)
                    .anySatisfy(
                            finding -> {
                                assertThat(finding.file()).isEqualTo(name);
                                assertThat(finding.offset()).isEqualTo(group);
                            });
            pool.flip(name, group + 4);
        }
        assertThat(pool.findings()).isEmpty();
    }

    @Test
    void nothingIsRepairedUnderADamagedJournal() throws Exception {
        String name = segment();
        List<Integer> groups = groups(name);
        pool.flip(name, groups.get(groups.size() / 2) + 70);
        pool.put("layer.00000000000000ff", 0, new byte[4096]);
        CheckReport report = pool.check(true);
        assertThat(report.repaired()).isEmpty();
        assertThat(report.refused()).anyMatch(line -> line.contains("journal is not whole"));
        assertThat(pool.layers()).hasSize(5);
    }

    @Test
    void aLostHeaderOfASegmentIsDamage() throws Exception {
        String name = segment();
        pool.flip(name, 20);
        assertThat(pool.findings())
                .anySatisfy(
                        finding -> {
                            assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
                            assertThat(finding.file()).isEqualTo(name);
                            assertThat(finding.offset()).isZero();
                        });
    }

    @Test
    void aFailedJournalOfTheLastRunIsTold() throws Exception {
        pool.put("journal.failed", 0, new byte[1]);
        assertThat(pool.finding().file()).isEqualTo("journal.failed");
        pool.put("layer.00000000000000ff", 0, new byte[4096]);
        assertThat(pool.check(true).repaired()).isEmpty();
    }
}
