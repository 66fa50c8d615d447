package io.stemma.bench.peer;

import io.stemma.bench.process.Child;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Debian's tgt. Every process has its own control channel, so several run side by side and beside
 * one that the machine itself may run. Logical unit 0 is tgt's controller; the disk is 1.
 */
record TgtPeer() implements Peer {
    private static final String TARGET = "iqn.2026-11.io.stemma.bench:tgt";
    private static final int LUN = 1;

    @Override
    public String name() {
        return "tgt";
    }

    @Override
    public String version() {
        return Debian.version("tgt");
    }

    @Override
    public Serving start(Place place) {
        PeerFile.create(place.lun(), place.lunBytes());
        // A control channel is a number below 32768; the socket's folder keeps processes apart.
        String channel = Integer.toString(place.port() & 0x7fff);
        Map<String, String> environment =
                Map.of("TGT_IPC_SOCKET", place.folder().resolve("control").toString());
        Child child =
                Child.start(
                        place.name(),
                        place.log(),
                        false,
                        environment,
                        List.of(
                                Debian.program("tgtd", "tgt"),
                                "-f",
                                "-C",
                                channel,
                                "--iscsi",
                                "portal=" + place.portal()));
        try {
            Ports.await(child, place.port(), 10);
            administer(place, environment, channel);
        } catch (RuntimeException failed) {
            child.close();
            throw failed;
        }
        return new Serving(child, TARGET, LUN);
    }

    private static void administer(Place place, Map<String, String> environment, String channel) {
        Administration tgtadm = new Administration(environment, channel);
        tgtadm.run("--mode target --op new --tid 1 --targetname", TARGET);
        tgtadm.run(
                "--mode logicalunit --op new --tid 1 --lun " + LUN + " --backing-store",
                place.lun().toString());
        Map<String, Object> keys =
                Map.of(
                        "MaxRecvDataSegmentLength", SEGMENT_BYTES,
                        "FirstBurstLength", FIRST_BURST_BYTES,
                        "MaxBurstLength", MAX_BURST_BYTES,
                        "ImmediateData", "Yes",
                        "InitialR2T", "No");
        keys.forEach(
                (key, value) ->
                        tgtadm.run(
                                "--mode target --op update --tid 1 --name " + key + " --value",
                                value.toString()));
        tgtadm.run("--mode target --op bind --tid 1 --initiator-address", "127.0.0.1");
    }

    private record Administration(Map<String, String> environment, String channel) {
        void run(String words, String last) {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    Debian.program("tgtadm", "tgt"),
                                    "-C",
                                    channel,
                                    "--lld",
                                    "iscsi"));
            command.addAll(Arrays.asList(words.split(" ", -1)));
            command.add(last);
            Child.run(environment, command);
        }
    }
}
