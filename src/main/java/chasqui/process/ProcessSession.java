package chasqui.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that runs in the session of one leader, and the end of all of it. */
final class ProcessSession implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProcessSession.class);
    private static final Path PROC = Path.of("/proc");
    private static final Duration KILL_TAKES = Duration.ofSeconds(10);

    private final Process leader;
    private final Duration grace;

    /** @param grace time between asking and killing */
    ProcessSession(Process leader, Duration grace) {
        this.leader = leader;
        this.grace = grace;
    }

    /**
     * Ends what still runs: first asks, then kills, until nothing is left. An interrupt does not stop it and is kept.
     * What the kernel itself holds, for instance on a hung mount, is told and left.
     */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            List<ProcessHandle> left = members();
            if (!left.isEmpty()) {
                left.forEach(ProcessHandle::destroy);
                left = awaitNone(grace, false);
            }
            if (!left.isEmpty()) {
                left = awaitNone(KILL_TAKES, true);
            }
            if (!left.isEmpty()) {
                log.warn(
                        "processes {} were killed and do not end: the kernel holds them, perhaps on a hung mount",
                        left.stream().map(ProcessHandle::pid).toList());
            }
        } finally {
            closeQuietly();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private List<ProcessHandle> awaitNone(Duration limit, boolean kill) {
        long deadline = System.nanoTime() + limit.toNanos();
        List<ProcessHandle> left = members();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            if (kill) {
                left.forEach(ProcessHandle::destroyForcibly);
            }
            pause();
            left = members();
        }
        return left;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException again) {
            // This thread is told to stop already, and stops when the session is gone.
        }
    }

    private void closeQuietly() {
        try {
            leader.getOutputStream().close();
        } catch (IOException broken) {
            log.debug("the pipe to a guard was broken already: {}", broken.toString());
        }
    }

    /**
     * Whoever has the leader's number as session: the kernel gives that number to nobody else as long as one of them
     * lives. Zombies have ended.
     */
    private List<ProcessHandle> members() {
        List<ProcessHandle> found = new ArrayList<>();
        if (leader.isAlive()) {
            // Perhaps it has no session of its own yet.
            found.add(leader.toHandle());
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (isMember(process)) {
                    ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                            .ifPresent(found::add);
                }
            }
        } catch (IOException noProc) {
            log.warn("{} cannot be read, so that only the first process of a command can be ended: {}", PROC, noProc);
        }
        return found;
    }

    private boolean isMember(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            // The name, in brackets, may hold anything: state, parent, group and session come after the last one.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            boolean runs = !fields[0].equals("Z") && !fields[0].equals("X");
            return runs && Long.parseLong(fields[3]) == leader.pid();
        } catch (IOException | RuntimeException ended) {
            return false;
        }
    }
}
