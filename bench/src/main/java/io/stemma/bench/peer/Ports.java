package io.stemma.bench.peer;

import io.stemma.bench.process.Child;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** Waiting for a child to listen. */
public final class Ports {
    private Ports() {}

    /**
     * Waits until the kernel knows a listener on the port, at most {@code seconds}: for targets to
     * which a probe would be a connection.
     */
    static void awaitListener(Child child, int port, int seconds) {
        // proc(5): local address as hexadecimal address and port, then the state; 0A is LISTEN.
        Pattern listener =
                Pattern.compile(String.format(Locale.ROOT, ":%04X [0-9A-F]+:[0-9A-F]+ 0A ", port));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() - deadline < 0) {
            child.check();
            if (listener.matcher(read("/proc/net/tcp") + read("/proc/net/tcp6")).find()) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        throw new IllegalStateException("nothing listens on " + port + ": " + child.logTail());
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException unreadable) {
            return "";
        }
    }

    /** Waits until something accepts on the port, at most {@code seconds}. */
    public static void await(Child child, int port, int seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() - deadline < 0) {
            child.check();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException notYet) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
        throw new IllegalStateException("nothing listens on " + port + ": " + child.logTail());
    }
}
