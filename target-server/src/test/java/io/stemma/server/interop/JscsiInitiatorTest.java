package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.jscsi.initiator.Configuration;
import org.jscsi.initiator.Initiator;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/**
 * jSCSI's own initiator writes and reads LUN 0. It knows no unit attention and wants the status of
 * a read in the last Data-In, so that it sees parts of the target which other clients hide.
 */
@Tag("interop")
final class JscsiInitiatorTest {
    private static final String SESSION = "disk";
    private static final int MEBIBYTES = 64;
    private static final int BLOCK = 512;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"Yes", "No"})
    void writesAndReadsWithImmediateData(String immediateData) throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(MEBIBYTES))) {
            Initiator initiator = new Initiator(configuration(server, immediateData));
            Assertions.assertTimeoutPreemptively(LIMIT, () -> roundTrips(initiator));
        }
    }

    @Test
    void whatItWroteIsThereAfterARestart() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(MEBIBYTES))) {
            byte[] content = random(16 * BLOCK);
            Initiator first = new Initiator(configuration(server, "Yes"));
            Assertions.assertTimeoutPreemptively(
                    LIMIT,
                    () -> {
                        first.createSession(SESSION);
                        first.write(SESSION, ByteBuffer.wrap(content), 7, content.length);
                        first.closeSession(SESSION);
                    });
            server.kill9();
            server.restart();
            Initiator second = new Initiator(configuration(server, "Yes"));
            Assertions.assertTimeoutPreemptively(
                    LIMIT,
                    () -> {
                        second.createSession(SESSION);
                        assertThat(read(second, 7, content.length)).isEqualTo(content);
                        second.closeSession(SESSION);
                    });
        }
    }

    private static void roundTrips(Initiator initiator) throws Exception {
        initiator.createSession(SESSION);
        assertThat(initiator.getBlockSize(SESSION)).isEqualTo(BLOCK);
        long last = ((long) MEBIBYTES << 20) / BLOCK - 1;
        assertThat(initiator.getCapacity(SESSION)).isEqualTo(last);
        int[] lengths = {BLOCK, 8 * BLOCK, 128 * BLOCK, 1_024 * BLOCK};
        int address = 3;
        for (int length : lengths) {
            byte[] content = random(length);
            initiator.write(SESSION, ByteBuffer.wrap(content), address, length);
            assertThat(read(initiator, address, length)).isEqualTo(content);
            address += length / BLOCK;
        }
        initiator.closeSession(SESSION);
    }

    private static byte[] read(Initiator initiator, int address, int length) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        initiator.read(SESSION, buffer, address, length);
        return buffer.array();
    }

    private static byte[] random(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private Configuration configuration(StemmaProcess server, String immediateData)
            throws Exception {
        Path schema = folder.resolve("jscsi.xsd");
        if (!Files.exists(schema)) {
            try (InputStream source = Initiator.class.getResourceAsStream("/jscsi.xsd")) {
                Files.write(schema, source.readAllBytes());
            }
        }
        String text =
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <configuration xmlns="http://www.jscsi.org/2006-09">
                  <global>
                    <AuthMethod>None</AuthMethod>
                    <DataDigest>None</DataDigest>
                    <DataPDUInOrder>Yes</DataPDUInOrder>
                    <DataSequenceInOrder>Yes</DataSequenceInOrder>
                    <DefaultTime2Retain>20</DefaultTime2Retain>
                    <DefaultTime2Wait>2</DefaultTime2Wait>
                    <ErrorRecoveryLevel>0</ErrorRecoveryLevel>
                    <FirstBurstLength>65536</FirstBurstLength>
                    <HeaderDigest>None</HeaderDigest>
                    <IFMarker>No</IFMarker>
                    <IFMarkInt>2048</IFMarkInt>
                    <ImmediateData>%s</ImmediateData>
                    <InitialR2T>Yes</InitialR2T>
                    <InitiatorAlias>jscsi</InitiatorAlias>
                    <InitiatorName>iqn.2026-11.io.stemma.test:jscsi</InitiatorName>
                    <MaxBurstLength>262144</MaxBurstLength>
                    <MaxConnections>1</MaxConnections>
                    <MaxOutstandingR2T>1</MaxOutstandingR2T>
                    <MaxRecvDataSegmentLength>8192</MaxRecvDataSegmentLength>
                    <OFMarker>No</OFMarker>
                    <OFMarkInt>2048</OFMarkInt>
                    <SessionType>Normal</SessionType>
                  </global>
                  <target id="%s" address="127.0.0.1" port="%d">
                    <ImmediateData>%s</ImmediateData>
                    <TargetName>%s</TargetName>
                  </target>
                </configuration>
                """
                        .formatted(
                                immediateData,
                                SESSION,
                                server.port(),
                                immediateData,
                                ServerSetup.PLAIN);
        Path file = Files.writeString(folder.resolve("jscsi-" + immediateData + ".xml"), text);
        return Configuration.create(schema.toFile(), file.toFile());
    }
}
