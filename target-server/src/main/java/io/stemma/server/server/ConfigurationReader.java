package io.stemma.server.server;

import io.stemma.engine.runtime.ByteSize;
import io.stemma.engine.volume.SpaceSettings;
import io.stemma.server.iscsi.session.Network;
import io.stemma.server.iscsi.session.Portal;
import io.stemma.server.metrics.MetricsLimits;
import io.stemma.server.server.Configuration.AccountEntry;
import io.stemma.server.server.Configuration.ChapEntry;
import io.stemma.server.server.Configuration.LunEntry;
import io.stemma.server.server.Configuration.TargetEntry;
import io.stemma.server.server.Configuration.VolumeEntry;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a configuration file and judges it whole: all faults together, each with its line. */
final class ConfigurationReader {
    /** Longest configuration file in bytes. */
    private static final int FILE_BYTES_MAX = 4 << 20;

    private final String file;
    private final Path folder;
    private final List<ConfigurationException.Fault> faults = new ArrayList<>();

    private ConfigurationReader(String file, Path folder) {
        this.file = file;
        this.folder = folder;
    }

    /**
     * Reads and validates a file.
     *
     * @throws ConfigurationException with every fault, also if the file cannot be read
     */
    static Configuration read(Path path) throws ConfigurationException {
        try {
            if (!Files.exists(path)) {
                throw new IOException("the file does not exist; name another with --config FILE");
            }
            if (!Files.isRegularFile(path)) {
                throw new IOException("this is no file; name one with --config FILE");
            }
            if (Files.size(path) > FILE_BYTES_MAX) {
                throw new IOException("the file exceeds 4 MiB");
            }
            Path parent = path.toAbsolutePath().getParent();
            return parse(Files.readString(path), path.toString(), parent == null ? path : parent);
        } catch (IOException unreadable) {
            throw new ConfigurationException(
                    List.of(
                            new ConfigurationException.Fault(
                                    new Origin(path.toString(), 0), Explanation.of(unreadable))));
        }
    }

    /** Validates a text; relative secret files are looked for in {@code folder}. */
    static Configuration parse(String text, String file, Path folder)
            throws ConfigurationException {
        ConfigurationReader reader = new ConfigurationReader(file, folder);
        Configuration configuration = reader.document(text);
        if (!reader.faults.isEmpty()) {
            throw new ConfigurationException(reader.faults);
        }
        return configuration;
    }

    private Configuration document(String text) {
        try {
            LoadSettings settings = LoadSettings.builder().setUseMarks(true).build();
            Node root = new Compose(settings).composeString(text).orElse(null);
            if (root == null) {
                return Configuration.EMPTY;
            }
            return root(new YamlSection(file, "the configuration", root, faults));
        } catch (MarkedYamlEngineException broken) {
            int line = broken.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            faults.add(
                    new ConfigurationException.Fault(
                            new Origin(file, line), "not YAML: " + broken.getProblem()));
        } catch (YamlEngineException broken) {
            faults.add(
                    new ConfigurationException.Fault(
                            new Origin(file, 0), "not YAML: " + broken.getMessage()));
        }
        return Configuration.EMPTY;
    }

    private Configuration root(YamlSection root) {
        List<Portal> portals = portals(root);
        List<VolumeEntry> volumes =
                root.sections("volumes", "a volume").stream().map(this::volume).toList();
        List<TargetEntry> targets =
                root.sections("targets", "a target").stream().map(this::target).toList();
        YamlSection discovery = root.section("discovery");
        ChapEntry discoveryChap = null;
        if (discovery != null) {
            discoveryChap = chap(discovery.section("chap"));
            discovery.end();
        }
        int slowMillis =
                root.number(
                        "slowCommandMillis",
                        Configuration.SLOW_COMMAND_MILLIS,
                        1,
                        MetricsLimits.SLOW_MILLIS_MAX);
        SpaceSettings space = space(root.section("pool"));
        root.end();
        unique("volume", volumes.stream().map(v -> Map.entry(v.name(), v.origin())).toList());
        unique("target", targets.stream().map(t -> Map.entry(t.name(), t.origin())).toList());
        return new Configuration(portals, volumes, targets, discoveryChap, slowMillis, space);
    }

    private static SpaceSettings space(@Nullable YamlSection pool) {
        YamlSection space = pool == null ? null : pool.section("space");
        if (pool != null) {
            pool.end();
        }
        if (space == null) {
            return SpaceSettings.STANDARD;
        }
        SpaceSettings standard = SpaceSettings.STANDARD;
        SpaceSettings read =
                new SpaceSettings(
                        space.bytes("reserve", standard.reserveBytes()),
                        space.bytes("ballast", standard.ballastBytes()),
                        space.number(
                                "softThresholdPercent", standard.softThresholdPercent(), 0, 99));
        space.end();
        return read;
    }

    private void unique(String what, List<Map.Entry<String, Origin>> names) {
        Map<String, Origin> seen = new HashMap<>();
        for (Map.Entry<String, Origin> name : names) {
            Origin before = seen.putIfAbsent(name.getKey(), name.getValue());
            if (before != null && !name.getKey().isEmpty()) {
                fault(
                        name.getValue(),
                        what + " \"" + name.getKey() + "\" stands at " + before + " already");
            }
        }
    }

    private void fault(Origin origin, String message) {
        faults.add(new ConfigurationException.Fault(origin, message));
    }

    private List<Portal> portals(YamlSection root) {
        List<Portal> portals = new ArrayList<>();
        root.words("listen")
                .forEach(
                        (text, where) -> {
                            InetSocketAddress address = address(text, where);
                            if (address != null) {
                                portals.add(new Portal(address, null, 1));
                            }
                        });
        for (YamlSection section : root.sections("portals", "a portal")) {
            String listen = section.required("listen", "127.0.0.1:3260");
            String advertise = section.text("advertise", null);
            int group = section.number("group", 1, 1, 65_535);
            section.end();
            InetSocketAddress address =
                    listen.isEmpty() ? null : address(listen, section.origin("listen"));
            InetSocketAddress shown =
                    advertise == null ? null : address(advertise, section.origin("advertise"));
            if (address != null) {
                portals.add(new Portal(address, shown, group));
            }
        }
        return portals;
    }

    private @Nullable InetSocketAddress address(String text, Origin where) {
        try {
            return Addresses.parse(text);
        } catch (IllegalArgumentException notAnAddress) {
            fault(where, Addresses.message(notAnAddress));
            return null;
        }
    }

    private VolumeEntry volume(YamlSection section) {
        String name = section.required("name", "disk0");
        String size = section.required("size", "10GiB");
        int blockSize = section.number("blockSize", 512, 512, 4096);
        boolean writeCache = section.flag("writeCache", true);
        section.end();
        long bytes = 0;
        boolean readable = !size.isEmpty();
        if (readable) {
            try {
                bytes = ByteSize.parse(size);
            } catch (IllegalArgumentException notASize) {
                readable = false;
                fault(section.origin("size"), Addresses.message(notASize));
            }
        }
        Names.checkVolume(name).ifPresent(why -> fault(section.origin("name"), why));
        if (blockSize != 512 && blockSize != 4096) {
            fault(section.origin("blockSize"), "\"blockSize\" must be 512 or 4096");
        } else if (readable && (bytes <= 0 || bytes % blockSize != 0)) {
            fault(
                    section.origin("size"),
                    "a size must be a multiple of the block size and above zero, like 10GiB");
        }
        return new VolumeEntry(name, bytes, blockSize, writeCache, section.origin());
    }

    private TargetEntry target(YamlSection section) {
        String written = section.required("name", "iqn.2026-11.com.example:disks");
        String alias = section.text("alias", "");
        List<LunEntry> luns = section.sections("luns", "a LUN").stream().map(this::lun).toList();
        List<String> initiators = List.copyOf(section.words("initiators").keySet());
        List<Network> networks = new ArrayList<>();
        section.words("networks")
                .forEach(
                        (text, where) -> {
                            try {
                                networks.add(Addresses.network(text));
                            } catch (IllegalArgumentException notANetwork) {
                                fault(where, Addresses.message(notANetwork));
                            }
                        });
        ChapEntry chap = chap(section.section("chap"));
        section.end();
        String name = Names.normalizeTarget(written);
        if (!written.isEmpty()) {
            Names.checkTarget(name).ifPresent(why -> fault(section.origin("name"), why));
        }
        unique(
                "LUN",
                luns.stream().map(l -> Map.entry(String.valueOf(l.lun()), l.origin())).toList());
        return new TargetEntry(
                name,
                alias == null ? "" : alias,
                luns,
                initiators,
                networks,
                chap,
                section.origin());
    }

    private LunEntry lun(YamlSection section) {
        int lun = section.number("lun", 0, 0, Names.LUN_MAX);
        if (!section.has("lun")) {
            fault(section.origin(), "a LUN needs \"lun\"; write lun: 0");
        }
        String volume = section.required("volume", "disk0");
        boolean readOnly = section.flag("readOnly", false);
        section.end();
        return new LunEntry(lun, volume, readOnly, section.origin());
    }

    private @Nullable ChapEntry chap(@Nullable YamlSection section) {
        if (section == null) {
            return null;
        }
        List<AccountEntry> accounts = new ArrayList<>();
        for (YamlSection account : section.sections("accounts", "a CHAP account")) {
            account(account).ifPresent(accounts::add);
        }
        YamlSection mutualSection = section.section("mutual");
        AccountEntry mutual = mutualSection == null ? null : account(mutualSection).orElse(null);
        section.end();
        if (accounts.isEmpty()) {
            fault(
                    section.origin(),
                    "\"chap\" needs at least one account with user and secretFile or"
                            + " secretEnvironment");
        }
        unique("account", accounts.stream().map(a -> Map.entry(a.user(), a.origin())).toList());
        return new ChapEntry(accounts, mutual);
    }

    private java.util.Optional<AccountEntry> account(YamlSection section) {
        String user = section.required("user", "backup");
        String secretFile = section.text("secretFile", null);
        String variable = section.text("secretEnvironment", null);
        if (section.has("secret") || section.has("password")) {
            fault(
                    section.origin(),
                    "a secret does not belong into the configuration; write secretFile: FILE or"
                            + " secretEnvironment: VARIABLE");
            section.text("secret", null);
            section.text("password", null);
        }
        section.end();
        if ((secretFile == null) == (variable == null)) {
            fault(
                    section.origin(),
                    "an account needs either secretFile: FILE or secretEnvironment: VARIABLE");
            return java.util.Optional.empty();
        }
        SecretSource source =
                secretFile != null
                        ? new SecretSource.InFile(folder.resolve(secretFile))
                        : new SecretSource.InEnvironment(
                                java.util.Objects.requireNonNull(variable));
        return java.util.Optional.of(new AccountEntry(user, source, section.origin()));
    }
}
