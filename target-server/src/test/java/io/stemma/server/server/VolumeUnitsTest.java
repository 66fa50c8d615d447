package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeSpecification;
import io.stemma.server.scsi.TargetDevice;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** One logical unit a volume, one port number a target, both for as long as they have to last. */
class VolumeUnitsTest {
    private static final String FIRST = "iqn.2026-11.com.example:first";
    private static final String SECOND = "iqn.2026-11.com.example:second";

    @TempDir Path folder;
    private VolumeBackend backend;
    private VolumeUnits units;
    private Volume volume;

    @BeforeEach
    void open() throws Exception {
        backend = Backends.open(PoolAccess.pool(folder));
        units = new VolumeUnits(backend);
        if (backend.volume("v").isEmpty()) {
            backend.create(new VolumeSpecification("v", new Geometry(4096, 512, 4096), true));
        }
        volume = backend.volume("v").orElseThrow();
    }

    @AfterEach
    void close() throws Exception {
        units.close();
        backend.close();
    }

    private LunDefinition lun(int number) {
        return new LunDefinition(number, volume.description().id(), false, Origin.COMMAND);
    }

    @Test
    void aVolumeUnderTwoTargetsIsOneLogicalUnit() throws Exception {
        TargetDevice first = units.device(FIRST);
        TargetDevice second = units.device(SECOND);
        units.map(first, lun(0), volume);
        units.map(second, lun(9), volume);
        assertThat(second.unit(9L << 48)).isNotNull().isSameAs(first.unit(0));
        units.unmap(first, 0);
        assertThat(second.unit(9L << 48)).isNotNull();
        units.map(first, lun(0), volume);
        assertThat(first.unit(0)).isSameAs(second.unit(9L << 48));
    }

    @Test
    void portNumbersAreKeptOverRestartsAndNeverShared() throws Exception {
        int first = units.device(FIRST).relativePort();
        int second = units.device(SECOND).relativePort();
        assertThat(first).isNotEqualTo(second);
        close();
        open();
        assertThat(units.device(SECOND).relativePort()).isEqualTo(second);
        assertThat(units.device(FIRST).relativePort()).isEqualTo(first);
        units.removed(FIRST);
        assertThat(units.device("iqn.2026-11.com.example:third").relativePort()).isEqualTo(first);
    }

    @Test
    void whatAUnitKeepsSurvivesARestartAndGoesWithItsVolume() throws Exception {
        RegistryUnitStore store =
                new RegistryUnitStore(backend.registry(), volume.description().id());
        store.put("x", new byte[] {1, 2});
        close();
        open();
        store = new RegistryUnitStore(backend.registry(), volume.description().id());
        assertThat(store.get("x")).contains(new byte[] {1, 2});
        RegistryUnitStore.removeAll(backend.registry(), volume.description().id());
        assertThat(store.get("x")).isEmpty();
    }
}
