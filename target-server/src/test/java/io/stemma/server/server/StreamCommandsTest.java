package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Memory;
import io.stemma.engine.volume.TestRequest;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.server.cli.SocketAdministration;
import io.stemma.server.cli.StemmaCommand;
import io.stemma.server.iscsi.session.TargetDirectory;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Export and import as they are typed, over the control socket, with a pool on disk. */
class StreamCommandsTest {
    private static final int BYTES = 8 << 20;

    private final Path folder;
    private final VolumeBackend backend;
    private final PoolAdministration pool;
    private final ControlSocket socket;

    StreamCommandsTest(@TempDir Path folder) throws Exception {
        this.folder = folder;
        backend = Backends.open(PoolAccess.pool(folder));
        pool =
                new PoolAdministration(
                        backend,
                        new Estate(backend, new TargetDirectory(), LogicalUnits.NONE, Map.of()),
                        SessionControl.NONE,
                        List::of,
                        true);
        socket = ControlSocket.open(folder, pool);
        done("volume create web --size 8MiB");
        done("target create iqn.2026-11.com.example:t");
    }

    @AfterEach
    void close() throws Exception {
        socket.close();
        pool.close();
        backend.close();
    }

    private record Ended(int exit, String out, String err) {}

    private Ended type(String words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                StemmaCommand.commandLine(data -> SocketAdministration.of(data).orElseThrow());
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String all = words.replace("FOLDER", folder.toString()) + " --data " + folder;
        return new Ended(line.execute(all.split(" ")), out.toString(), err.toString());
    }

    private String done(String words) {
        Ended ended = type(words);
        assertThat(ended.exit()).as(ended.err() + ended.out()).isZero();
        return ended.out();
    }

    private void refused(String words, String... why) {
        Ended ended = type(words);
        assertThat(ended.exit()).as(ended.out()).isEqualTo(1);
        assertThat(ended.err()).contains(why);
    }

    private byte[] io(String name, byte @Nullable [] written) {
        Volume volume = backend.volume(name).orElseThrow();
        Memory memory = written == null ? new Memory(BYTES) : Memory.of(written);
        TestRequest request = new TestRequest();
        request.keep(memory);
        BlockRequest ready =
                written == null
                        ? request.read(0, BYTES / 512, memory.address())
                        : request.write(1000, written.length / 512, memory.address(), false);
        assertThat(ready).isSameAs(request);
        DeviceFault fault = request.on(volume).await();
        assertThat(fault).isNull();
        return memory.get(written == null ? BYTES : written.length);
    }

    private static byte[] noise(int seed, int bytes) {
        byte[] noise = new byte[bytes];
        new Random(seed).nextBytes(noise);
        return noise;
    }

    @Test
    void aSnapshotGoesOutAndComesInWholeAndAsADifference() throws Exception {
        io("web", noise(1, 3 << 20));
        done("snapshot create mon web");
        assertThat(done("snapshot export web@mon FOLDER/mon.stream"))
                .startsWith("exported web@mon: 3");
        io("web", noise(2, 1 << 20));
        done("snapshot create tue web");
        done("snapshot export web@tue --base web@mon FOLDER/tue.stream");
        refused("snapshot export web@tue FOLDER/tue.stream", "exists");
        assertThat(folder.resolve("tue.stream.part")).doesNotExist();
        assertThat(Files.size(folder.resolve("tue.stream"))).isLessThan(2 << 20);

        refused("snapshot import FOLDER/mon.stream", "exists already");
        assertThat(done("snapshot import FOLDER/mon.stream --as copy"))
                .startsWith("imported web@mon as copy@mon");
        assertThat(done("snapshot import FOLDER/tue.stream --onto copy --json"))
                .contains("\"name\" : \"copy@tue\"");
        assertThat(io("copy", null)).isEqualTo(io("web", null));
    }

    @Test
    void aBrokenImportIsShownHeldBackFromHostsAndResumed() throws Exception {
        io("web", noise(1, 3 << 20));
        done("snapshot create mon web");
        done("snapshot export web@mon FOLDER/mon.stream");
        byte[] stream = Files.readAllBytes(folder.resolve("mon.stream"));
        Files.write(folder.resolve("half"), Arrays.copyOf(stream, stream.length / 2));
        refused(
                "snapshot import FOLDER/half --as copy",
                "cut off",
                "--resume",
                "stemma volume delete copy");
        assertThat(done("status")).contains("volume copy holds an import of snapshot mon");
        refused("lun map iqn.2026-11.com.example:t copy", "half of an import");
        done("snapshot import FOLDER/mon.stream --as copy --resume");
        assertThat(done("status")).doesNotContain("holds an import");
        assertThat(io("copy", null)).isEqualTo(io("web", null));
        done("lun map iqn.2026-11.com.example:t copy");
        io("web", noise(3, 512));
        done("snapshot create tue web");
        done("snapshot export web@tue --base web@mon FOLDER/tue.stream");
        refused("snapshot import FOLDER/tue.stream --onto copy", "unmap it first");
    }

    @Test
    void aStreamWhoseReaderIsGoneEndsWithItsConnection() {
        refused("snapshot import FOLDER/nothing", "nothing");
        refused("snapshot export web@none FOLDER/out", "does not exist");
        assertThat(folder.resolve("out.part")).doesNotExist();
    }
}
