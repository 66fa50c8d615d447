package io.stemma.bench.micro;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The target of the loopback benchmark. {@code -Dstemma.bench.target=PORT/IQN/LUN/MIB} names one
 * that runs elsewhere on this machine, to compare with; garbage is then the initiator's alone.
 *
 * @param portal where it listens
 * @param name its iSCSI name
 * @param lun the disk's number
 * @param lunBytes the part of it that is used
 * @param server ends it
 */
record LoopbackTarget(
        InetSocketAddress portal, String name, int lun, long lunBytes, AutoCloseable server) {
    static final LoopbackTarget NONE =
            new LoopbackTarget(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "", 0, 0, () -> {});

    static LoopbackTarget start() {
        String elsewhere = System.getProperty("stemma.bench.target", "");
        String[] words = elsewhere.split("/", -1);
        if (words.length != 4) {
            throw new IllegalStateException("-Dstemma.bench.target=PORT/IQN/LUN/MIB is missing");
        }
        return new LoopbackTarget(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(words[0])),
                words[1],
                Integer.parseInt(words[2]),
                Long.parseLong(words[3]) << 20,
                () -> {});
    }

    void close() throws IOException {
        try {
            server.close();
        } catch (IOException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IOException("the target does not end", failed);
        }
    }
}
