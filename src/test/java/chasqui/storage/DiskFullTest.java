package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 6 MiB in a namespace of its own, and a child process that fills it. */
class DiskFullTest {
    private static final String MOUNT = "mount -t tmpfs -o size=6m tmpfs \"$1\" && ";

    @TempDir
    Path folder;

    @Test
    void a_full_disk_is_named_and_nothing_half_written_stays() throws Exception {
        assumeThat(run(List.of("unshare", "-Urnm", "sh", "-c", MOUNT + "true", "sh", folder.toString())))
                .as("SKIPPED: this machine gives no namespace with a mount of its own, so that no disk can be filled")
                .isEqualTo("0\n");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String said = run(List.of(
                "unshare",
                "-Urnm",
                "sh",
                "-c",
                MOUNT + "exec \"$2\" -Xmx64m -cp \"$3\" chasqui.storage.DiskFullTest \"$1\"",
                "sh",
                folder.toString(),
                java,
                System.getProperty("java.class.path")));
        assertThat(said).endsWith("all as it should be\n0\n");
    }

    /** In the child: the folder is small now. */
    public static void main(String[] arguments) throws Exception {
        Path small = Path.of(arguments[0]);
        Path elsewhere = Files.createTempDirectory("disk-full");
        try {
            Path big = Files.write(elsewhere.resolve("big"), Samples.bytes(9 << 20, 1));
            List<PackageEntry> entries = List.of(Samples.entry(elsewhere, big));
            Path tar = elsewhere.resolve("package.tar");
            PackageDigest digest = PackageWriter.write(entries, Samples.FACTS, tar, Progress.NONE);
            full(small, () -> PackageWriter.write(entries, Samples.FACTS, small.resolve("p.tmp"), Progress.NONE));
            full(small, () -> DurableFiles.copy(big, small.resolve("c.tmp"), Progress.NONE));
            full(small, () -> DurableFiles.write(new byte[9 << 20], small.resolve("w.tmp")));
            full(small, () -> PackageReader.unpack(ReadableSource.of(tar), digest, small, Progress.NONE));
        } finally {
            try (Stream<Path> all = Files.list(elsewhere)) {
                for (Path file : all.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(elsewhere);
        }
        System.out.println("all as it should be");
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void full(Path small, Work work) throws IOException {
        try {
            work.run();
            throw new AssertionError("wrote more than there is room for");
        } catch (StorageFull expected) {
            if (!expected.getMessage().startsWith(small.toString())) {
                throw new AssertionError("does not say where", expected);
            }
        }
        try (Stream<Path> left = Files.list(small)) {
            List<Path> found = left.toList();
            if (!found.isEmpty()) {
                throw new AssertionError("left behind: " + found);
            }
        }
    }

    /** What a command printed, then its exit code; "cannot run" when there is no such command. */
    private static String run(List<String> command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes());
            process.waitFor(60, TimeUnit.SECONDS);
            return said + process.exitValue() + "\n";
        } catch (IOException missing) {
            return "cannot run";
        }
    }
}
