package io.stemma.bench.conformance;

import io.stemma.bench.peer.Peer;
import io.stemma.bench.peer.Place;
import io.stemma.bench.peer.Serving;
import io.stemma.bench.process.ScratchFolder;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/** Another target: one disk, to which all tests go. */
final class PeerSubject implements Subject {
    private static final long LUN_BYTES = 256L << 20;

    /** A process that was ended may keep its port for a while. */
    private static final int PORTS = 64;

    private final Peer peer;
    private final int firstPort;
    private final Path root;
    private final ScratchFolder folder;
    private int starts;
    private @Nullable Serving serving;
    private String url = "";

    PeerSubject(Peer peer, int firstPort, Path root, ScratchFolder folder) {
        this.peer = peer;
        this.firstPort = firstPort;
        this.root = root;
        this.folder = folder;
    }

    @Override
    public String name() {
        return peer.name();
    }

    @Override
    public String version() {
        return peer.version();
    }

    @Override
    public String url(String test) {
        if (serving == null) {
            int port = firstPort + starts % PORTS;
            String place = peer.name() + "-" + starts++;
            Serving started =
                    peer.start(new Place(place, port, folder.make(place), LUN_BYTES, root));
            serving = started;
            url = "iscsi://127.0.0.1:" + port + "/" + started.target() + "/" + started.lun();
        }
        return url;
    }

    @Override
    public boolean alive() {
        Serving now = serving;
        return now != null && now.child().process().isAlive();
    }

    @Override
    public void end() {
        Serving now = serving;
        serving = null;
        if (now != null) {
            now.child().close();
            folder.remove(peer.name() + "-" + (starts - 1));
        }
    }
}
