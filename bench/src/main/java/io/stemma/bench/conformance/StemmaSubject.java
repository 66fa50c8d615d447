package io.stemma.bench.conformance;

import io.stemma.bench.peer.PeerFile;
import io.stemma.bench.peer.Ports;
import io.stemma.bench.process.Child;
import io.stemma.bench.process.ScratchFolder;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Stemma with a disk, a read-only disk for the suite that needs one, and a small disk for the suite
 * that overwrites all of it; but a large one for its test that wants to find that still going on
 * after some seconds. With or without CHAP.
 */
public final class StemmaSubject implements Subject {
    private static final String TARGET = "iqn.2026-11.io.stemma.conformance:";

    /** The first start may build. */
    private static final int START_SECONDS = 300;

    private final boolean chap;
    private final int port;
    private final Path root;
    private final ScratchFolder folder;
    private int starts;
    private @Nullable Child child;

    /**
     * A subject that does not run yet.
     *
     * @param chap whether initiators have to say who they are
     * @param port on 127.0.0.1
     * @param root the project's folder
     * @param folder where its pool lies
     */
    public StemmaSubject(boolean chap, int port, Path root, ScratchFolder folder) {
        this.chap = chap;
        this.port = port;
        this.root = root;
        this.folder = folder;
    }

    @Override
    public String name() {
        return chap ? "stemma-chap" : "stemma";
    }

    @Override
    public String version() {
        return "this commit" + (chap ? ", over CHAP" : "");
    }

    @Override
    public String url(String test) {
        if (child == null) {
            child = start();
        }
        String disk =
                test.startsWith("ReadOnly.")
                        ? "read-only"
                        : test.equals(TestTool.SLOW)
                                ? "large"
                                : test.startsWith("Sanitize.") ? "small" : "disk";
        String user = chap ? "conformance%a-secret-of-some-length@" : "";
        return "iscsi://" + user + "127.0.0.1:" + port + "/" + TARGET + disk + "/0";
    }

    private Child start() {
        String name = name() + "-" + starts++;
        Path own = folder.make(name);
        Path secret = own.resolve("secret");
        PeerFile.write(secret, "a-secret-of-some-length");
        String access = chap ? ", chap: {accounts: [{user: conformance, secretFile: secret}]}" : "";
        Path configuration = own.resolve("stemma.yaml");
        PeerFile.write(
                configuration,
                """
                listen: ["127.0.0.1:%1$d"]
                volumes:
                  - {name: disk, size: 256MiB}
                  - {name: small, size: 16MiB}
                  - {name: large, size: 4GiB}
                targets:
                  - {name: "%2$sdisk"%3$s, luns: [{lun: 0, volume: disk}]}
                  - {name: "%2$sread-only"%3$s, luns: [{lun: 0, volume: disk, readOnly: true}]}
                  - {name: "%2$ssmall"%3$s, luns: [{lun: 0, volume: small}]}
                  - {name: "%2$slarge"%3$s, luns: [{lun: 0, volume: large}]}
                """
                        .formatted(port, TARGET, access));
        Child started =
                Child.start(
                        name,
                        own.resolve("log"),
                        false,
                        Map.of("STEMMA_BUILD", "never"),
                        List.of(
                                root.resolve("stemma").toString(),
                                "serve",
                                "--config",
                                configuration.toString(),
                                "--data",
                                own.resolve("data").toString()));
        try {
            Ports.await(started, port, START_SECONDS);
        } catch (RuntimeException failed) {
            started.close();
            throw failed;
        }
        return started;
    }

    @Override
    public boolean alive() {
        Child now = child;
        return now != null && now.process().isAlive();
    }

    @Override
    public void end() {
        Child now = child;
        child = null;
        if (now != null) {
            now.close();
            folder.remove(name() + "-" + (starts - 1));
        }
    }
}
