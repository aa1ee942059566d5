package chasqui.bbcp;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.testing.BbcpPrograms;
import chasqui.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same for the real bbcp and its stand-in. */
class BbcpDiskFullTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** In place of ssh: leaves out the options and the host, and runs what follows, as another host's shell would. */
    private static final String SSH_STAND_IN = """
            #!/bin/sh
            while :; do case "$1" in -l) shift 2;; -*) shift;; *) break;; esac; done
            shift
            exec sh -c "$*"
            """;

    @Test
    void a_full_disk_there_is_charged_to_the_location_and_nothing_half_sent_stays(
            @TempDir Path folder, @TempDir Path programs) throws Exception {
        SmallDisk.run(
                BbcpDiskFullTest.class, folder, BbcpPrograms.standIn(programs).toString());
    }

    @Test
    void with_the_real_one_too(@TempDir Path folder) throws Exception {
        SmallDisk.run(BbcpDiskFullTest.class, folder, BbcpPrograms.real().toString());
    }

    /** In the child: the destination is small now. */
    public static void main(String[] arguments) throws Exception {
        Path small = Path.of(arguments[0]);
        Path elsewhere = Files.createTempDirectory("disk-full");
        try {
            Path ssh = Files.writeString(elsewhere.resolve("ssh-stand-in"), SSH_STAND_IN);
            Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));
            String bbcp = arguments[1];
            BbcpOptions options =
                    BbcpOptions.DEFAULT.with(Map.of("ssh", ssh.toString(), "remote_command", bbcp), new ArrayList<>());
            Path source = elsewhere.resolve("source.tar");
            Path target = small.resolve("incoming-1");

            Files.write(source, new byte[9 << 20]);
            requireFull(bbcp, source, target, options, bytes -> {}, List.of(28));

            Files.write(source, new byte[4 << 20]);
            requireFull(bbcp, source, target, options.limitedTo(1L << 20), bytes -> fill(small, target), List.of(228));
        } finally {
            try (var left = Files.list(elsewhere)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(elsewhere);
        }
        SmallDisk.done();
    }

    private static void requireFull(
            String bbcp,
            Path source,
            Path target,
            BbcpOptions options,
            java.util.function.LongConsumer meanwhile,
            List<Integer> codes)
            throws Exception {
        BbcpCommand command = new BbcpCommand(
                bbcp,
                BbcpEnd.here(source),
                new BbcpEnd("127.0.0.1", null, target),
                Files.size(source),
                options,
                Duration.ofMinutes(1));
        BbcpResult result = new BbcpRun(LIMIT).run(command, meanwhile);
        ChasquiException why =
                BbcpOutcome.explain(command, result, "data transfer 7").orElseThrow();
        if (!codes.contains(result.exit())
                || why.kind() != FailureKind.LOCATION
                || !why.getMessage().contains("bytes free for")) {
            throw new AssertionError(result + " is not called full", why);
        }
        if (Files.exists(target)) {
            throw new AssertionError("half of it stays");
        }
    }

    /** Somebody else writes there, as soon as the transfer has begun. */
    private static void fill(Path small, Path target) {
        Path filler = small.resolve("others");
        if (Files.exists(target) && Files.notExists(filler)) {
            try {
                Files.write(filler, new byte[5 << 20]);
            } catch (IOException full) {
                // As much as there was room for.
                return;
            }
        }
    }
}
