package io.stemma.bench.peer;

import io.stemma.bench.process.Child;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Debian's istgt. The disk is logical unit 0. It refuses InitialR2T=No; immediate data of up to a
 * segment is sent all the same, so no job here asks for an R2T.
 */
record IstgtPeer() implements Peer {
    private static final String NODE_BASE = "iqn.2026-11.io.stemma.bench";

    @Override
    public String name() {
        return "istgt";
    }

    @Override
    public String version() {
        return Debian.version("istgt");
    }

    @Override
    public Serving start(Place place) {
        PeerFile.create(place.lun(), place.lunBytes());
        var secrets = place.folder().resolve("auth.conf");
        var configuration = place.folder().resolve("istgt.conf");
        PeerFile.write(secrets, "");
        PeerFile.write(configuration, configuration(place, secrets));
        Child child =
                Child.start(
                        place.name(),
                        place.log(),
                        false,
                        Map.of(),
                        List.of(
                                Debian.program("istgt", "istgt"),
                                "-D",
                                "-c",
                                configuration.toString()));
        try {
            Ports.await(child, place.port(), 10);
        } catch (RuntimeException failed) {
            child.close();
            throw failed;
        }
        return new Serving(child, NODE_BASE + ":istgt", 0);
    }

    private static String configuration(Place place, Path secrets) {
        return """
        [Global]
          NodeBase "%s"
          PidFile %s
          AuthFile %s
          MediaDirectory %s
          LogFacility "local7"
          Timeout 30
          NopInInterval 20
          DiscoveryAuthMethod Auto
          MaxSessions 32
          MaxConnections 4
          MaxR2T 32
          MaxOutstandingR2T 16
          DefaultTime2Wait 2
          DefaultTime2Retain 60
          FirstBurstLength %d
          MaxBurstLength %d
          MaxRecvDataSegmentLength %d
          InitialR2T Yes
          ImmediateData Yes
          DataPDUInOrder Yes
          DataSequenceInOrder Yes
          ErrorRecoveryLevel 0
        [UnitControl]
          AuthMethod None
        [PortalGroup1]
          Portal DA1 %s
        [InitiatorGroup1]
          InitiatorName "ALL"
          Netmask 127.0.0.0/8
        [LogicalUnit1]
          TargetName istgt
          Mapping PortalGroup1 InitiatorGroup1
          AuthMethod None
          AuthGroup None
          UseDigest Auto
          UnitType Disk
          QueueDepth 64
          LUN0 Storage %s Auto
        """
                .formatted(
                        NODE_BASE,
                        place.folder().resolve("pid"),
                        secrets,
                        place.folder(),
                        FIRST_BURST_BYTES,
                        MAX_BURST_BYTES,
                        SEGMENT_BYTES,
                        place.portal(),
                        place.lun());
    }
}
