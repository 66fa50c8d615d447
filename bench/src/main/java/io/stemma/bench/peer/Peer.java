package io.stemma.bench.peer;

import java.util.List;

/** A kind of target. Every process of it serves one disk on tmpfs on a port of its own. */
public sealed interface Peer permits TgtPeer, IstgtPeer, JscsiPeer, StemmaPeer {
    /** Every kind by its name on the command line. */
    List<Peer> ALL = List.of(new TgtPeer(), new IstgtPeer(), new JscsiPeer(), new StemmaPeer());

    /** Offered or accepted by every target that lets us say so; bytes. */
    int SEGMENT_BYTES = 262_144;

    /** FirstBurstLength, likewise. */
    int FIRST_BURST_BYTES = 262_144;

    /** MaxBurstLength, likewise. */
    int MAX_BURST_BYTES = 1_048_576;

    /** The name on the command line. */
    String name();

    /** Its version, for the report. */
    String version();

    /** Starts a process; it listens when this returns. */
    Serving start(Place place);
}
