package io.stemma.bench.peer;

import org.jscsi.target.Configuration;
import org.jscsi.target.Target;
import org.jscsi.target.TargetServer;
import org.jscsi.target.storage.IStorageModule;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The process in which jSCSI's target serves one file. It ends when its standard input does. */
final class JscsiTarget {
    static final String TARGET = "iqn.2026-11.io.stemma.bench:jscsi";

    private JscsiTarget() {}

    /** Arguments: port, file, bytes. */
    public static void main(String[] arguments) throws Exception {
        Storage storage = new Storage(Path.of(arguments[1]), Long.parseLong(arguments[2]));
        Settings settings = new Settings(Integer.parseInt(arguments[0]));
        settings.getTargets().add(new Target(TARGET, "bench", storage));
        Thread watcher =
                new Thread(
                        () -> {
                            try {
                                System.in.readAllBytes();
                            } catch (IOException closed) {
                                System.err.println(closed);
                            }
                            Runtime.getRuntime().halt(0);
                        });
        watcher.setDaemon(true);
        watcher.start();
        System.out.println("starting");
        new TargetServer(settings).call();
    }

    private static final class Settings extends Configuration {
        Settings(int port) throws IOException {
            super("127.0.0.1");
            this.port = port;
            this.allowSloppyNegotiation = true;
        }

        @Override
        public int getOutMaxRecvDataSegmentLength() {
            return Peer.SEGMENT_BYTES;
        }
    }

    /** The file as jSCSI wants it: whole arrays at byte offsets, 512-byte blocks. */
    private static final class Storage implements IStorageModule {
        private final FileChannel file;
        private final long blocks;

        Storage(Path path, long bytes) throws IOException {
            this.file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            this.blocks = bytes / VIRTUAL_BLOCK_SIZE;
        }

        @Override
        public int checkBounds(long firstBlock, int count) {
            if (firstBlock < 0 || firstBlock >= blocks) {
                return 1;
            }
            return count < 0 || firstBlock + count > blocks ? 2 : 0;
        }

        @Override
        public long getSizeInBlocks() {
            return blocks;
        }

        @Override
        public void read(byte[] bytes, long offset) throws IOException {
            ByteBuffer into = ByteBuffer.wrap(bytes);
            while (into.hasRemaining()) {
                if (file.read(into, offset + into.position()) < 0) {
                    throw new IOException("read behind the end at " + offset);
                }
            }
        }

        @Override
        public void write(byte[] bytes, long offset) throws IOException {
            ByteBuffer from = ByteBuffer.wrap(bytes);
            while (from.hasRemaining()) {
                file.write(from, offset + from.position());
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
