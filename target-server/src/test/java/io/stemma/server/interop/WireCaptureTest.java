package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.interop.Program.Outcome;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What Wireshark reads on the wire: the values that a login settles, and no PDU that is malformed.
 */
@Tag("interop")
final class WireCaptureTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String LOGIN_RESPONSE = "iscsi.opcode==0x23";

    @TempDir private Path folder;

    @Test
    void aCaptureShowsTheNegotiatedValues() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(64))) {
            Path capture =
                    capture(server, List.of("-c", "write -P 3 0 256k", "-c", "read -P 3 0 256k"));
            String settled = fields(server, capture, LOGIN_RESPONSE, "iscsi.keyvalue");
            System.out.println("[capture] " + settled.strip());
            assertThat(settled).contains("TargetPortalGroupTag=", "HeaderDigest=CRC32C");
            assertThat(settled).contains("DataDigest=None", "ErrorRecoveryLevel=0");
            assertThat(settled).containsPattern("InitialR2T=(Yes|No)");
            assertThat(settled).containsPattern("ImmediateData=(Yes|No)");
            assertThat(settled).containsPattern("MaxRecvDataSegmentLength=[0-9]+");
            assertThat(settled).containsPattern("FirstBurstLength=[0-9]+");
            assertThat(settled).containsPattern("MaxBurstLength=[0-9]+");
            assertThat(settled).contains("MaxConnections=1");
        }
    }

    @Test
    void everyPduIsWellFormedAndAnswersOneCommand() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(64))) {
            Path capture =
                    capture(
                            server,
                            List.of(
                                    "-c",
                                    "write -P 3 0 256k",
                                    "-c",
                                    "flush",
                                    "-c",
                                    "read -P 3 0 256k",
                                    "-c",
                                    "discard 0 256k"));
            // Wireshark's SCSI layer calls a reply that the allocation length cut malformed; no
            // matter.
            String whole = tshark(server, capture, "-Y", "iscsi", "-V").expectSuccess().output();
            assertThat(whole).doesNotContain("Malformed Packet: iSCSI");
            assertThat(whole).contains("(Good CRC32)").doesNotContain("(Bad CRC32");
            String opcodes = fields(server, capture, "iscsi", "iscsi.opcode");
            List<String> seen = List.of(opcodes.strip().split("[\\n,]"));
            assertThat(seen).contains("0x01", "0x21", "0x03", "0x23", "0x25", "0x06", "0x26");
            assertThat(seen).as("Reject").doesNotContain("0x3f");
            String good = "iscsi.opcode==0x21 && iscsi.scsiresponse.status==0";
            assertThat(fields(server, capture, good, "iscsi.initiatortasktag")).isNotBlank();
        }
    }

    private Path capture(StemmaProcess server, List<String> work) throws Exception {
        Path capture = folder.resolve("capture.pcapng");
        Path said = folder.resolve("tshark.out");
        List<String> listen =
                new ArrayList<>(List.of("tshark", "-i", "lo", "-B", "64", "-a", "duration:30"));
        listen.addAll(List.of("-f", "tcp port " + server.port(), "-w", capture.toString()));
        Process tshark = Program.start(folder, said, listen);
        try {
            awaitCapturing(server, capture, tshark);
            client(server, work);
            awaitLogout(server, capture);
            Program.signal(tshark.pid(), "INT");
            assertThat(tshark.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            Program.end(tshark);
        }
        return capture;
    }

    private static void client(StemmaProcess server, List<String> work) throws Exception {
        String options =
                String.join(
                        ",",
                        "driver=raw,file.driver=iscsi,file.transport=tcp,file.lun=0",
                        "file.portal=" + server.portal(),
                        "file.target=" + ServerSetup.PLAIN,
                        "file.header-digest=crc32c");
        List<String> command = new ArrayList<>(List.of("qemu-io", "--image-opts", options));
        command.addAll(work);
        Outcome outcome = Program.run(LIMIT, null, command).expectSuccess();
        assertThat(outcome.output()).doesNotContain("failed");
    }

    /** tshark says that it captures before it does: connections are made until one is seen. */
    private static void awaitCapturing(StemmaProcess server, Path capture, Process tshark) {
        Awaitility.await()
                .atMost(LIMIT)
                .failFast("tshark captures", () -> !tshark.isAlive())
                .until(() -> server.accepts() && seen(server, capture, "tcp"));
    }

    /** The capture is written by a process of its own: the last PDU has to be in the file. */
    private static void awaitLogout(StemmaProcess server, Path capture) {
        Awaitility.await().atMost(LIMIT).until(() -> seen(server, capture, "iscsi.opcode==0x26"));
    }

    private static boolean seen(StemmaProcess server, Path capture, String filter)
            throws Exception {
        return Files.exists(capture)
                && decode(server, capture, filter, "frame.number")
                        .output()
                        .lines()
                        .anyMatch(line -> line.matches("[0-9]+"));
    }

    private static String fields(StemmaProcess server, Path capture, String filter, String field)
            throws Exception {
        return decode(server, capture, filter, field)
                .expectSuccess()
                .output()
                .lines()
                .filter(line -> !line.startsWith("Running as user"))
                .collect(Collectors.joining("\n"));
    }

    private static Outcome decode(StemmaProcess server, Path capture, String filter, String field)
            throws Exception {
        return tshark(server, capture, "-Y", filter, "-T", "fields", "-e", field);
    }

    private static Outcome tshark(StemmaProcess server, Path capture, String... options)
            throws Exception {
        List<String> command = new ArrayList<>(List.of("tshark", "-r", capture.toString()));
        command.addAll(List.of("-d", "tcp.port==" + server.port() + ",iscsi"));
        command.addAll(List.of(options));
        return Program.run(LIMIT, Path.of("/"), command);
    }
}
