package io.stemma.bench.peer;

import io.stemma.bench.process.Child;

import java.util.List;
import java.util.Map;

/**
 * This project's server, started as a user starts it, on the pool layout that a user gets: its LUN
 * is a volume of a pool on tmpfs.
 */
record StemmaPeer() implements Peer {
    private static final String TARGET = "iqn.2026-11.io.stemma.bench:stemma";

    /** The first start may build. */
    private static final int START_SECONDS = 300;

    @Override
    public String name() {
        return "stemma";
    }

    @Override
    public String version() {
        return "this commit";
    }

    @Override
    public Serving start(Place place) {
        var configuration = place.folder().resolve("stemma.yaml");
        PeerFile.write(
                configuration,
                """
                listen: ["%s"]
                volumes:
                  - {name: disk, size: %dMiB}
                targets:
                  - {name: "%s", luns: [{lun: 0, volume: disk}]}
                """
                        .formatted(place.portal(), place.lunBytes() >> 20, TARGET));
        Child child =
                Child.start(
                        place.name(),
                        place.log(),
                        false,
                        Map.of(),
                        List.of(
                                place.root().resolve("stemma").toString(),
                                "serve",
                                "--config",
                                configuration.toString(),
                                "--data",
                                place.folder().resolve("data").toString()));
        try {
            Ports.await(child, place.port(), START_SECONDS);
        } catch (RuntimeException failed) {
            child.close();
            throw failed;
        }
        return new Serving(child, TARGET, 0);
    }
}
