package chasqui.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One running PostgreSQL, tied to the life of this process: when this process ends in whatever way, the pipe to the
 * server's guard closes and the guard asks the server for a fast shutdown.
 */
final class PostgresServer implements AutoCloseable {
    /**
     * Runs the server in its own session, away from the terminal's Ctrl-C, which must reach this program alone. The
     * first process waits for the server, the second for the end of our pipe.
     */
    private static final String GUARD = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            server=$!
            (read -r _ <&3; kill -INT "$server") 2>/dev/null &
            guard=$!
            exec 3<&-
            wait "$server"
            status=$?
            kill "$guard" 2>/dev/null
            exit "$status"
            """;

    private static final Duration FAST_STOP = Duration.ofSeconds(60);
    private static final Duration IMMEDIATE_STOP = Duration.ofSeconds(15);
    private static final long LARGEST_LOG = 8L << 20;

    private final Process guard;
    private final Path data;
    private final Path log;
    private final long logStart;

    private PostgresServer(Process guard, Path data, Path log, long logStart) {
        this.guard = guard;
        this.data = data;
        this.log = log;
        this.logStart = logStart;
    }

    static PostgresServer launch(List<String> command, Path data, Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
            Files.move(
                    log,
                    log.resolveSibling(log.getFileName() + ".1"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        long logStart = Files.exists(log) ? Files.size(log) : 0;
        List<String> guarded = new ArrayList<>(List.of("setsid", "sh", "-c", GUARD, "chasqui-postgres-guard"));
        guarded.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(guarded)
                .directory(data.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        plainEnvironment(builder);
        return new PostgresServer(builder.start(), data, log, logStart);
    }

    /** PGPORT, PGDATA and their like would reach into the server; so would a foreign locale. */
    static void plainEnvironment(ProcessBuilder builder) {
        builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
        builder.environment().put("LC_ALL", "C");
    }

    /** Waits until the server accepts connections; false when it ended instead. */
    boolean ready(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!guard.waitFor(20, TimeUnit.MILLISECONDS)) {
            PostmasterFile file = PostmasterFile.read(data);
            if (file.ready() && guard.descendants().anyMatch(child -> child.pid() == file.pid())) {
                return true;
            }
            if (System.nanoTime() > deadline) {
                close();
                throw new DatabaseNotStarted(
                        "the embedded PostgreSQL was not ready within %s; the end of its log %s:%n%s"
                                .formatted(limit, log, logTail()));
            }
        }
        return false;
    }

    boolean alive() {
        return guard.isAlive();
    }

    void awaitEnd() throws InterruptedException {
        guard.waitFor();
    }

    /** What the server said since this start, its last 20 lines. */
    String logTail() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(logStart, file.length() - 16_384);
            file.seek(from);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.readFully(bytes);
            List<String> lines =
                    new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return "(" + log + " cannot be read: " + e + ")";
        }
    }

    /** Stops the server: connections are ended, what was committed is kept. */
    @Override
    public void close() {
        try {
            guard.getOutputStream().close();
        } catch (IOException e) {
            // A pipe that is already broken says the same to the guard.
            guard.destroy();
        }
        try {
            if (!guard.waitFor(FAST_STOP.toSeconds(), TimeUnit.SECONDS)) {
                endRunningIn(data);
                guard.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // The guard stops the server without us; the next start waits for it.
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Makes sure that nothing of an earlier start still runs on this data: its guard is stopping it, so first wait, then
     * ask, then insist.
     */
    static void endLeftover(Path data) throws InterruptedException {
        if (gone(data, Duration.ofSeconds(5))) {
            return;
        }
        signal(data, "INT");
        if (gone(data, FAST_STOP)) {
            return;
        }
        endRunningIn(data);
    }

    private static void endRunningIn(Path data) throws InterruptedException {
        signal(data, "QUIT");
        if (!gone(data, IMMEDIATE_STOP)) {
            throw new DatabaseNotStarted("processes %s still use %s and do not end: end them, then start again"
                    .formatted(runningIn(data), data));
        }
    }

    private static boolean gone(Path data, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!runningIn(data).isEmpty()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return true;
    }

    private static void signal(Path data, String name) throws InterruptedException {
        long postmaster = PostmasterFile.read(data).pid();
        List<Long> running = runningIn(data);
        // Backends take QUIT as the order to abort as well, so a postmaster that is already dead does not matter.
        List<Long> targets = running.contains(postmaster) ? List.of(postmaster) : running;
        for (long pid : targets) {
            try {
                new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new DatabaseNotStarted("cannot signal PostgreSQL process " + pid + ": " + e, e);
            }
        }
    }

    /** Every process of PostgreSQL works in its data folder: a number in a file may be anybody's, this cannot. */
    private static List<Long> runningIn(Path data) {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.map(ProcessHandle::pid).filter(pid -> serves(pid, data)).toList();
        }
    }

    private static boolean serves(long pid, Path data) {
        Path process = Path.of("/proc", Long.toString(pid));
        try {
            return Files.readSymbolicLink(process.resolve("exe"))
                            .getFileName()
                            .toString()
                            .startsWith("postgres")
                    && Files.isSameFile(process.resolve("cwd"), data);
        } catch (IOException e) {
            // It ended meanwhile, or is another user's.
            return false;
        }
    }
}
