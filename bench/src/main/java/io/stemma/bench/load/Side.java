package io.stemma.bench.load;

import io.stemma.bench.peer.Peer;
import io.stemma.bench.peer.Place;
import io.stemma.bench.peer.Serving;

/** One target process and the one load generator that is logged in to it, from start to end. */
final class Side implements AutoCloseable {
    private final String name;
    private final Peer peer;
    private final Serving serving;
    private final LoadProcess load;

    private Side(String name, Peer peer, Serving serving, LoadProcess load) {
        this.name = name;
        this.peer = peer;
        this.serving = serving;
        this.load = load;
    }

    /** Starts the target, logs in, and fills the unit with 4 KiB writes. */
    static Side start(String name, Peer peer, Place place) {
        Serving serving = peer.start(place);
        try {
            LoadProcess load = LoadProcess.start(name, place, serving, 0);
            try {
                load.fill();
                return new Side(name, peer, serving, load);
            } catch (RuntimeException failed) {
                load.close();
                throw failed;
            }
        } catch (RuntimeException failed) {
            serving.child().close();
            throw failed;
        }
    }

    Run run(Job job, long seed, double seconds) {
        load.begin(job, seed, seconds);
        return load.end(seconds);
    }

    String name() {
        return name;
    }

    Peer peer() {
        return peer;
    }

    /** What the target answered at login: {@code Key=value}, separated by blanks. */
    String negotiated() {
        return load.negotiated();
    }

    @Override
    public void close() {
        load.close();
        serving.child().close();
    }
}
