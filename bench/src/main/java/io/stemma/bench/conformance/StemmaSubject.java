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
 * Stemma with a disk and others for the tests that need one: read-only; small, to be overwritten
 * whole; large, to be found while that still goes on; with logical blocks as long as physical ones.
 * With or without CHAP.
 */
public final class StemmaSubject implements Subject {
    /**
     * It reads the status of block i + 1 and expects a descriptor that begins at block i + L, L
     * being the logical blocks of a physical one. By SBC-4 (GET LBA STATUS) the first descriptor
     * begins at the block that was asked for, so the test is right only where L is 1.
     */
    private static final String WITH_EQUAL_BLOCKS = "GetLBAStatus.UnmapSingle";

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
        String user = chap ? "conformance%a-secret-of-some-length@" : "";
        return "iscsi://" + user + "127.0.0.1:" + port + "/" + TARGET + disk(test) + "/0";
    }

    private static String disk(String test) {
        if (test.equals(TestTool.SLOW)) {
            return "large";
        }
        if (test.equals(WITH_EQUAL_BLOCKS)) {
            return "equal-blocks";
        }
        return test.startsWith("Sanitize.")
                ? "small"
                : test.startsWith("ReadOnly.") ? "read-only" : "disk";
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
                  - {name: equal-blocks, size: 64MiB, blockSize: 4096}
                targets:
                  - {name: "%2$sdisk"%3$s, luns: [{lun: 0, volume: disk}]}
                  - {name: "%2$sread-only"%3$s, luns: [{lun: 0, volume: disk, readOnly: true}]}
                  - {name: "%2$ssmall"%3$s, luns: [{lun: 0, volume: small}]}
                  - {name: "%2$slarge"%3$s, luns: [{lun: 0, volume: large}]}
                  - {name: "%2$sequal-blocks"%3$s, luns: [{lun: 0, volume: equal-blocks}]}
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
