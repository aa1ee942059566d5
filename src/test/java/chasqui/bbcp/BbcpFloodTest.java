package chasqui.bbcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bbcp with {@code -P 1} prints without a pause, and who knows what another release does. */
class BbcpFloodTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String HEAP = "-Xmx20m";

    /** Each flood alone is larger than the heap: progress, other lines, and one line that has no end. */
    private static final String FLOOD = """
            #!/bin/sh
            yes 'bbcp: 261121 21:31:44  10% done; 1.0 KB/s, avg 1.0 MB/s' | head -c 30000000 >&2
            yes 'something that nobody asked for' | head -c 30000000 >&2
            yes 'on the other output' | head -c 30000000
            head -c 30000000 /dev/zero | tr '\\0' 'x' >&2
            printf '\\nbbcp: the last word\\n' >&2
            exit 9
            """;

    @Test
    void a_flood_from_a_real_process_is_read_to_its_end_in_bounded_memory(@TempDir Path folder) throws Exception {
        Path flood = Files.writeString(folder.resolve("bbcp"), FLOOD);
        Files.setPosixFilePermissions(flood, PosixFilePermissions.fromString("rwx------"));
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        BbcpFloodTest.class.getName(),
                        flood.toString())
                .redirectErrorStream(true)
                .start();
        try {
            String said = new String(child.getInputStream().readAllBytes());
            assertThat(said).endsWith("lives\n");
            assertThat(child.waitFor()).isZero();
        } finally {
            child.destroyForcibly();
        }
    }

    /** In the child. */
    public static void main(String[] arguments) throws Exception {
        Path here = Path.of(arguments[0]);
        BbcpCommand command = new BbcpCommand(
                here.toString(),
                BbcpEnd.here(here),
                BbcpEnd.here(here.resolveSibling("never")),
                1 << 20,
                BbcpOptions.DEFAULT,
                LIMIT);
        AtomicLong told = new AtomicLong();
        BbcpResult result = new BbcpRun(LIMIT).run(command, told::addAndGet);
        require(result.exit() == 9 && !result.stalled(), result);
        require(result.said().endsWith("bbcp: the last word"), result);
        require(result.said().length() < 10_000, result);
        require(told.get() < 1 << 20, told);
        System.out.println("lives");
    }

    private static void require(boolean holds, Object found) {
        if (!holds) {
            throw new AssertionError(List.of("as it is:", found).toString());
        }
    }
}
