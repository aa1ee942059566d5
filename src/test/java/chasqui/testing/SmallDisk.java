package chasqui.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program on a file system of 6 MiB, mounted in a namespace of its own: no privileges, no trace. */
public final class SmallDisk {
    private static final String DONE = "all as it should be";
    private static final String MOUNT = "mount -t tmpfs -o size=6m tmpfs \"$1\" && ";

    private SmallDisk() {}

    /**
     * A program that finds the small disk where its first argument says, and prints {@link #done} at its end.
     *
     * @param more arguments
     */
    public static void run(Class<?> program, Path folder, String... more) throws Exception {
        assumeThat(output(List.of("unshare", "-Urm", "sh", "-c", MOUNT + "true", "sh", folder.toString())))
                .as("SKIPPED: this machine gives no namespace with a mount of its own, so that no disk can be filled")
                .isEqualTo("0");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                new ArrayList<>(List.of("unshare", "-Urm", "sh", "-c", MOUNT + "shift && exec \"$@\"", "sh"));
        command.addAll(List.of(folder.toString(), java, "-Xmx64m", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(program.getName(), folder.toString()));
        command.addAll(List.of(more));
        assertThat(output(command)).endsWith(DONE + "\n0");
    }

    public static void done() {
        System.out.println(DONE);
    }

    /** What a command printed, then its exit code; "cannot run" when there is no such command. */
    private static String output(List<String> command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes());
            return process.waitFor(60, TimeUnit.SECONDS) ? said + process.exitValue() : said + "still running";
        } catch (IOException missing) {
            return "cannot run";
        }
    }
}
