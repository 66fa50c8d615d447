package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.ByteSize;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeId;
import io.stemma.engine.volume.VolumeSpecification;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.scsi.TargetDevice;
import io.stemma.server.server.Configuration.ChapEntry;
import io.stemma.server.server.Configuration.LunEntry;
import io.stemma.server.server.Configuration.TargetEntry;
import io.stemma.server.server.Configuration.VolumeEntry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The targets and logical units that exist: what the configuration names joined with what commands
 * left in the registry, shown to initiators through a {@link TargetDirectory}. All methods are
 * called by one thread at a time ({@link PoolAdministration} sees to that).
 */
final class Estate {
    private static final String TARGET_PREFIX = "target/";
    private static final String LUN_PREFIX = "lun/";

    /** Says that the demonstration was made once; who deletes it does not get it again. */
    private static final String DEMONSTRATED = "demonstrated";

    /** First size of the volume that a fresh pool without a configuration gets. */
    static final long DEMO_BYTES = 1L << 30;

    /** The target that a fresh pool without a configuration gets. */
    static final String DEMO_TARGET = "iqn.2026-11.io.stemma:demo";

    private final VolumeBackend backend;
    private final VolumeDirectory volumes;
    private final TargetDirectory directory;
    private final Map<String, String> environment;
    private final Map<String, TargetDefinition> targets = new TreeMap<>();
    private final Map<String, Map<Integer, LunDefinition>> luns = new TreeMap<>();
    private final Map<String, Origin> configuredVolumes = new TreeMap<>();

    /** What is wrong, by what it concerns; it goes when it is mended. */
    private final Map<String, String> problems = new TreeMap<>();

    private final LogicalUnits units;

    Estate(
            VolumeBackend backend,
            TargetDirectory directory,
            LogicalUnits units,
            Map<String, String> environment) {
        this.backend = backend;
        volumes = new VolumeDirectory(backend);
        this.directory = directory;
        this.units = units;
        this.environment = environment;
    }

    /** Reads what commands left in the registry. */
    void load() throws AdministrationException {
        for (byte[] value : backend.registry().list(TARGET_PREFIX).values()) {
            TargetDefinition target = TargetDefinition.fromJson(json(value), Origin.COMMAND);
            targets.put(target.name(), target);
        }
        for (Map.Entry<String, byte[]> entry : backend.registry().list(LUN_PREFIX).entrySet()) {
            String path = entry.getKey().substring(LUN_PREFIX.length());
            String target = path.substring(0, path.lastIndexOf('/'));
            LunDefinition lun = LunDefinition.fromJson(json(entry.getValue()), Origin.COMMAND);
            keep(target, lun);
        }
    }

    private void keep(String target, LunDefinition lun) {
        luns.computeIfAbsent(target, name -> new TreeMap<>()).put(lun.lun(), lun);
    }

    private static ObjectNode json(byte[] value) throws AdministrationException {
        try {
            if (ControlProtocol.JSON.readTree(value) instanceof ObjectNode node) {
                return node;
            }
        } catch (IOException broken) {
            throw new AdministrationException("an entry of the registry cannot be read", broken);
        }
        throw new AdministrationException("an entry of the registry is not an object");
    }

    /** Whether nothing was ever made here. */
    boolean fresh() {
        return backend.volumes().isEmpty()
                && targets.isEmpty()
                && backend.registry().list(DEMONSTRATED).isEmpty();
    }

    /** Makes the demonstration volume and target, as commands would. */
    void demonstrate() throws DeviceException {
        backend.registry().put(DEMONSTRATED, "{}".getBytes(StandardCharsets.UTF_8));
        Volume volume =
                backend.create(
                        new VolumeSpecification(
                                "demo", new Geometry(DEMO_BYTES / 512, 512, 4096), true));
        putTarget(
                new TargetDefinition(
                        DEMO_TARGET, "demo", List.of(), List.of(), null, Origin.COMMAND));
        putLun(DEMO_TARGET, new LunDefinition(0, volume.description().id(), false, Origin.COMMAND));
    }

    /**
     * Joins a configuration: makes what is missing, refuses what contradicts.
     *
     * @throws ConfigurationException with every contradiction, each naming both sides; nothing was
     *     made
     */
    void establish(Configuration configuration) throws ConfigurationException, DeviceException {
        List<ConfigurationException.Fault> faults = new ArrayList<>();
        configuration.volumes().forEach(entry -> judge(entry, faults));
        configuration.targets().forEach(entry -> judge(entry, configuration, faults));
        ChapEntry discovery = configuration.discovery();
        if (discovery != null) {
            judge(discovery, discovery.accounts().get(0).origin(), faults);
        }
        if (!faults.isEmpty()) {
            throw new ConfigurationException(faults);
        }
        for (VolumeEntry entry : configuration.volumes()) {
            configuredVolumes.put(entry.name(), entry.origin());
            Volume volume = backend.volume(entry.name()).orElse(null);
            if (volume == null) {
                create(entry);
            } else if (volume.description().writeCache() != entry.writeCache()) {
                // An initiator may have switched it by MODE SELECT: the configuration decides.
                backend.writeCache(volume, entry.writeCache());
            }
        }
        for (TargetEntry entry : configuration.targets()) {
            targets.put(
                    entry.name(),
                    new TargetDefinition(
                            entry.name(),
                            entry.alias(),
                            entry.initiators(),
                            entry.networks(),
                            entry.chap(),
                            entry.origin()));
            for (LunEntry lun : entry.luns()) {
                VolumeId id = volumes.id(lun.volume()).orElseThrow();
                boolean readOnly = lun.readOnly() || Names.isSnapshot(lun.volume());
                keep(entry.name(), new LunDefinition(lun.lun(), id, readOnly, lun.origin()));
            }
        }
    }

    private void create(VolumeEntry entry) throws DeviceException {
        Geometry geometry =
                new Geometry(entry.sizeBytes() / entry.blockSize(), entry.blockSize(), 4096);
        backend.create(new VolumeSpecification(entry.name(), geometry, entry.writeCache()));
    }

    private void judge(VolumeEntry entry, List<ConfigurationException.Fault> faults) {
        Volume volume = backend.volume(entry.name()).orElse(null);
        if (volume == null) {
            return;
        }
        Geometry is = volume.geometry();
        List<String> differences = new ArrayList<>();
        if (is.sizeBytes() != entry.sizeBytes()) {
            differences.add(
                    "size "
                            + ByteSize.format(entry.sizeBytes())
                            + " here and "
                            + ByteSize.format(is.sizeBytes())
                            + " in the pool");
        }
        if (is.logicalBlockBytes() != entry.blockSize()) {
            differences.add(
                    "block size "
                            + entry.blockSize()
                            + " here and "
                            + is.logicalBlockBytes()
                            + " in the pool");
        }
        if (!differences.isEmpty()) {
            faults.add(
                    new ConfigurationException.Fault(
                            entry.origin(),
                            "volume \""
                                    + entry.name()
                                    + "\" exists in the pool with other properties: "
                                    + String.join(", ", differences)
                                    + "; write what the pool has, or change the volume with stemma"
                                    + " volume resize "
                                    + entry.name()));
        }
    }

    private void judge(
            TargetEntry entry,
            Configuration configuration,
            List<ConfigurationException.Fault> faults) {
        if (targets.containsKey(entry.name())) {
            faults.add(
                    new ConfigurationException.Fault(
                            entry.origin(),
                            "target "
                                    + entry.name()
                                    + " was made by a command as well; take it out here, or run"
                                    + " stemma target delete "
                                    + entry.name()));
        }
        for (LunEntry lun : entry.luns()) {
            boolean named =
                    configuration.volumes().stream().anyMatch(v -> v.name().equals(lun.volume()));
            if (!named && volumes.id(lun.volume()).isEmpty()) {
                faults.add(
                        new ConfigurationException.Fault(
                                lun.origin(),
                                Names.isSnapshot(lun.volume())
                                        ? "snapshot \""
                                                + lun.volume()
                                                + "\" does not exist; stemma snapshot list shows"
                                                + " those that do"
                                        : "volume \""
                                                + lun.volume()
                                                + "\" does not exist; name it under volumes or"
                                                + " create it with stemma volume create"));
            }
            if (lunsOf(entry.name()).containsKey(lun.lun())) {
                faults.add(
                        new ConfigurationException.Fault(
                                lun.origin(),
                                "LUN "
                                        + lun.lun()
                                        + " of "
                                        + entry.name()
                                        + " was mapped by a command as well; take it out here, or"
                                        + " run stemma lun unmap "
                                        + entry.name()
                                        + " "
                                        + lun.lun()));
            }
        }
        if (entry.chap() != null) {
            judge(entry.chap(), entry.origin(), faults);
        }
    }

    private void judge(ChapEntry chap, Origin origin, List<ConfigurationException.Fault> faults) {
        try {
            TargetDefinition.access(List.of(), List.of(), chap, environment);
        } catch (IOException unusable) {
            faults.add(new ConfigurationException.Fault(origin, Explanation.of(unusable)));
        }
    }

    /**
     * Reads the secrets of a target that is to be.
     *
     * @param serving whether variables of the environment have to be set: those of the server count
     * @throws IOException if one cannot be used
     */
    void checkSecrets(TargetDefinition target, boolean serving) throws IOException {
        if (serving || !target.readsEnvironment()) {
            target.access(environment);
        }
    }

    /** Shows every target to initiators, and looks for mappings that nobody can reach. */
    void publish() throws DeviceException {
        for (TargetDefinition target : targets.values()) {
            publish(target);
        }
        luns.forEach(
                (target, mapped) -> {
                    if (!targets.containsKey(target)) {
                        mapped.values().forEach(lun -> orphaned(target, lun));
                    }
                });
    }

    private void orphaned(String target, LunDefinition lun) {
        problem(
                target,
                lun,
                "is kept, but that target is gone; take it away with stemma lun unmap "
                        + target
                        + " "
                        + lun.lun()
                        + " or make the target again");
    }

    private void problem(String target, LunDefinition lun, String what) {
        problems.put(key(target, lun.lun()), "LUN " + lun.lun() + " of " + target + " " + what);
    }

    private static String key(String target, int lun) {
        return LUN_PREFIX + target + "/" + lun;
    }

    private void publish(TargetDefinition target) throws DeviceException {
        TargetNode before = directory.target(target.name());
        TargetDevice device = before == null ? units.device(target.name()) : before.device();
        try {
            TargetNode node =
                    new TargetNode(
                            target.name(), target.alias(), target.access(environment), device);
            if (before == null) {
                for (LunDefinition lun : lunsOf(target.name()).values()) {
                    show(target.name(), device, lun);
                }
            }
            directory.put(node);
            problems.remove(TARGET_PREFIX + target.name());
        } catch (IOException unusable) {
            problems.put(
                    TARGET_PREFIX + target.name(),
                    "target " + target.name() + " is not served: " + Explanation.of(unusable));
        }
    }

    private void show(String target, TargetDevice device, LunDefinition lun) {
        try {
            Volume volume = volumes.open(lun.volume());
            if (volume == null) {
                problem(
                        target,
                        lun,
                        "names a volume or snapshot that does not exist; take it away with stemma"
                                + " lun unmap "
                                + target
                                + " "
                                + lun.lun());
                return;
            }
            problems.remove(key(target, lun.lun()));
            boolean snapshot = Names.isSnapshot(volume.description().name());
            units.map(device, snapshot ? lun.asReadOnly() : lun, volume);
        } catch (DeviceException failed) {
            problem(target, lun, "is not served: " + Explanation.of(failed));
        }
    }

    /** Volumes and snapshots, by name and identity. */
    VolumeDirectory volumes() {
        return volumes;
    }

    Map<String, TargetDefinition> targets() {
        return targets;
    }

    /** All mappings by target, also of targets that are gone. */
    Map<String, Map<Integer, LunDefinition>> luns() {
        return luns;
    }

    /** Where a volume is shown, as target/LUN. */
    List<String> mappings(VolumeId volume) {
        List<String> mappings = new ArrayList<>();
        luns.forEach(
                (target, mapped) ->
                        mapped.values().stream()
                                .filter(lun -> lun.volume().equals(volume))
                                .forEach(lun -> mappings.add(target + "/" + lun.lun())));
        return mappings;
    }

    /** Where the configuration maps a volume or snapshot, or null. */
    @Nullable Origin configuredMapping(VolumeId volume) {
        return luns.values().stream()
                .flatMap(mapped -> mapped.values().stream())
                .filter(lun -> lun.volume().equals(volume))
                .map(LunDefinition::origin)
                .filter(origin -> !origin.equals(Origin.COMMAND))
                .findFirst()
                .orElse(null);
    }

    Map<Integer, LunDefinition> lunsOf(String target) {
        return luns.getOrDefault(target, Map.of());
    }

    /** Where the configuration names a volume, or null. */
    @Nullable Origin configured(String volumeName) {
        return configuredVolumes.get(volumeName);
    }

    List<String> problems() {
        return List.copyOf(problems.values());
    }

    /** Makes or changes a target of the registry. */
    void putTarget(TargetDefinition target) throws DeviceException {
        backend.registry()
                .put(
                        TARGET_PREFIX + target.name(),
                        target.toJson().toString().getBytes(StandardCharsets.UTF_8));
        targets.put(target.name(), target);
        publish(target);
    }

    /** Removes a target of the registry with its mappings. */
    void removeTarget(String name) throws DeviceException {
        for (Integer lun : List.copyOf(lunsOf(name).keySet())) {
            removeLun(name, lun);
        }
        backend.registry().remove(TARGET_PREFIX + name);
        targets.remove(name);
        luns.remove(name);
        problems.remove(TARGET_PREFIX + name);
        directory.remove(name);
        units.removed(name);
    }

    /** Maps a logical unit and keeps the mapping in the registry. */
    void putLun(String target, LunDefinition lun) throws DeviceException {
        backend.registry()
                .put(
                        key(target, lun.lun()),
                        lun.toJson().toString().getBytes(StandardCharsets.UTF_8));
        keep(target, lun);
        TargetNode node = directory.target(target);
        if (node != null) {
            show(target, node.device(), lun);
        }
    }

    /** Unmaps a logical unit. */
    void removeLun(String target, int lun) throws DeviceException {
        backend.registry().remove(key(target, lun));
        Map<Integer, LunDefinition> mapped = luns.get(target);
        if (mapped != null && mapped.remove(lun) != null && mapped.isEmpty()) {
            luns.remove(target);
        }
        problems.remove(key(target, lun));
        TargetNode node = directory.target(target);
        if (node != null) {
            units.unmap(node.device(), lun);
        }
    }
}
