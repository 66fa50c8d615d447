package io.stemma.server.metrics;

import java.net.InetSocketAddress;

/**
 * A session and what was counted of it.
 *
 * @param tsih its handle, 1 to 65,535; used again after its end
 * @param initiator iSCSI name
 * @param target iSCSI name
 * @param address where the initiator is
 * @param totals its commands
 * @param latency from the arrival of a command to its answer being handed to the socket
 */
public record SessionSnapshot(
        int tsih,
        String initiator,
        String target,
        InetSocketAddress address,
        CommandTotals totals,
        Latency latency) {}
