package io.stemma.bench.fairness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The peer that floods, a process of its own. It is told {@code KIND} to begin and {@code end} to
 * end, one line each, and answers {@code begun} and {@code ended SENT LOST FAULT}: PDUs or
 * connections sent, connections that the server closed, the last reason or {@code -}.
 */
public final class Flooder {
    private final InetSocketAddress portal;
    private final String target;
    private final int lun;

    private Flooder(InetSocketAddress portal, String target, int lun) {
        this.portal = portal;
        this.target = target;
        this.lun = lun;
    }

    /**
     * Floods as it is told until its input ends.
     *
     * @param arguments port, target, LUN
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        InetSocketAddress portal =
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        Flooder flooder = new Flooder(portal, arguments[1], Integer.parseInt(arguments[2]));
        BufferedReader orders =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String kind = orders.readLine(); kind != null; kind = orders.readLine()) {
            flooder.flood(Flood.of(kind), orders);
        }
    }

    private void flood(Flood kind, BufferedReader orders) throws IOException, InterruptedException {
        AtomicBoolean end = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        AtomicLong lost = new AtomicLong();
        AtomicReference<String> fault = new AtomicReference<>("-");
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < kind.threads(); i++) {
            FloodStream stream = new FloodStream(portal, target, lun, end, sent);
            Thread thread = new Thread(() -> again(kind, stream, end, lost, fault), "flood-" + i);
            thread.start();
            threads.add(thread);
        }
        say("begun");
        String order = orders.readLine();
        end.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        String reason = String.valueOf(fault.get()).replace('\n', ' ');
        say("ended " + sent.get() + " " + lost.get() + " " + reason);
        if (order == null) {
            System.exit(0);
        }
    }

    /** A flooder that is thrown out comes back. */
    private static void again(
            Flood kind,
            FloodStream stream,
            AtomicBoolean end,
            AtomicLong lost,
            AtomicReference<String> fault) {
        while (!end.get()) {
            try {
                stream.run(kind);
            } catch (IOException thrownOut) {
                if (!end.get()) {
                    lost.incrementAndGet();
                    fault.set(String.valueOf(thrownOut.getMessage()));
                }
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
