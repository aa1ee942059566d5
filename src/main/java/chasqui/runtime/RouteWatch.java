package chasqui.runtime;

import chasqui.pipeline.Recurring;
import chasqui.runtime.routes.Problem;
import chasqui.runtime.routes.RouteCheck;
import chasqui.runtime.routes.RouteFiles;
import chasqui.runtime.routes.RunningRoutes;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the route files while the process runs. What was changed is checked aside first; if anything is wrong with it,
 * everything stays as it is and says why. A thread of its own, since a folder may lie on a disk that hangs.
 */
final class RouteWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RouteWatch.class);

    /** What is written to is not read. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final Duration LONGEST_END = Duration.ofSeconds(5);

    /** What was refused for what stands elsewhere is right when that has changed. */
    private static final Duration AGAIN = Duration.ofSeconds(30);

    /** An edit that could not be started is put into its place and taken back again by each trial. */
    private static final Duration START_AGAIN = Duration.ofMinutes(10);

    private final Path folder;
    private final RouteCheck check;
    private final RunningRoutes running;
    private final Runnable changed;
    private final ReentrantLock turn = new ReentrantLock();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread made = new Thread(task, "route-files");
        made.setDaemon(true);
        return made;
    });
    /** What the files were like when they were read, or could not be. */
    private Object read;

    private Object seen;
    private long seenNanos;
    private Map<String, String> tried;
    /** What was judged last. */
    private RouteFiles judged;
    /** Null: nothing is. */
    private RouteFiles refused;

    private Duration refusedFor = AGAIN;
    private long judgedNanos;
    private volatile boolean changedElsewhere;
    private volatile List<String> problems = List.of();
    private volatile Set<String> waiting = Set.of();
    private volatile String result;

    /**
     * @param files those that run
     * @param changed told after the routes have become others
     */
    RouteWatch(Path folder, RouteFiles files, RouteCheck check, RunningRoutes running, Runnable changed) {
        this.folder = folder;
        this.check = check;
        this.running = running;
        this.changed = changed;
        this.tried = files.texts();
        this.result = "the files of the start run";
    }

    /**
     * Looks again and again from now on.
     *
     * @param pause zero: only when somebody asks; what waits for work in hand is seen to all the same
     */
    void start(Duration pause) {
        Duration each = pause.isZero() ? QUIET : pause;
        new Recurring("following the route files", pause.isZero() ? this::waitingRound : this::round)
                .after(thread, each, each);
    }

    private void round() {
        turn.lock();
        try {
            look();
        } catch (IOException | RuntimeException | Error failure) {
            log.debug("a look at the route files failed", failure);
            // What is there afterwards is looked at, though it may be what was there before.
            read = null;
            seen = null;
            tried = null;
            tell(List.of("the route files in " + folder + " cannot be followed: " + failure + "; tried again"));
        } finally {
            turn.unlock();
        }
        waitingRound();
    }

    /** Whether the files can be read or not: queues rest as long as their routes are not new. */
    private void waitingRound() {
        turn.lock();
        try {
            boolean due = System.nanoTime() - judgedNanos > refusedFor.toNanos();
            if (refused != null && (changedElsewhere || due)) {
                judge(refused);
            }
            settle();
        } catch (RuntimeException | Error failure) {
            log.warn("edited routes still wait; tried again", failure);
        } finally {
            turn.unlock();
        }
    }

    private void look() throws IOException {
        Object now = state();
        if (now.equals(read)) {
            return;
        }
        if (!now.equals(seen)) {
            seen = now;
            seenNanos = System.nanoTime();
            return;
        }
        if (System.nanoTime() - seenNanos < QUIET.toNanos()) {
            return;
        }
        RouteFiles files = RouteFiles.read(folder);
        if (!state().equals(now)) {
            return;
        }
        read = now;
        // What was refused is tried again when somebody touches it: what it was refused for may be gone.
        if (!files.texts().equals(tried) || !files.problems().isEmpty() || !problems.isEmpty()) {
            tried = files.texts();
            judge(files);
        }
    }

    /** Size and times of every file, and which it is: an editor may put another one into its place. */
    private Object state() throws IOException {
        Map<String, Object> state = new TreeMap<>();
        try (DirectoryStream<Path> files = RouteFiles.in(folder)) {
            for (Path file : files) {
                state.put(
                        file.getFileName().toString(),
                        Files.exists(file) ? Files.readAttributes(file, "unix:size,ino,dev,ctime") : "");
            }
        }
        return state;
    }

    private void judge(RouteFiles files) {
        changedElsewhere = false;
        judged = files;
        refusedFor = AGAIN;
        List<Problem> found = check.problems(files);
        if (found.isEmpty()) {
            refusedFor = START_AGAIN;
            found = running.follow(files);
        }
        refused = found.isEmpty() ? null : files;
        judgedNanos = System.nanoTime();
        if (found.isEmpty()) {
            if (!problems.isEmpty()) {
                log.info("the route files in {} are in order again", folder);
            }
            problems = List.of();
            result = "the files of " + Instant.now() + " run";
            changed.run();
        } else {
            tell(found.stream().map(Problem::toString).toList());
        }
    }

    private void tell(List<String> found) {
        if (!found.equals(problems)) {
            log.error(
                    "the route files in {} are refused, and the routes stay as they were; correct the files, they are"
                            + " looked at again:{}",
                    folder,
                    found.stream().map(one -> "\n  " + one).collect(Collectors.joining()));
        }
        problems = List.copyOf(found);
        result = "the files of " + Instant.now() + " were refused: " + String.join("; ", found);
    }

    private void settle() {
        boolean before = !waiting.isEmpty();
        List<Problem> failed = running.settle();
        waiting = running.waiting();
        if (!failed.isEmpty()) {
            List<String> all = new ArrayList<>(problems);
            failed.forEach(problem -> all.add(problem.toString()));
            tell(all);
            if (refused == null) {
                refused = judged;
                refusedFor = START_AGAIN;
                judgedNanos = System.nanoTime();
            }
        }
        if (before) {
            changed.run();
        }
    }

    /** Reads the files and tries them again, although they were read before. */
    void again() {
        turn.lock();
        try {
            RouteFiles files = RouteFiles.read(folder);
            tried = files.texts();
            judge(files);
            settle();
        } catch (IOException | RuntimeException failure) {
            tell(List.of("the route files in " + folder + " cannot be read: " + failure + "; correct that"));
        } finally {
            turn.unlock();
        }
    }

    /** What the routes are for has changed, so that what was refused may be right now. */
    void changedElsewhere() {
        changedElsewhere = true;
    }

    Path folder() {
        return folder;
    }

    /** Why the files are not those that run; empty: they are. */
    List<String> problems() {
        return problems;
    }

    /** What is not changed yet. */
    List<String> told() {
        Set<String> now = waiting;
        return now.isEmpty()
                ? List.of()
                : List.of("as before until their work in hand is done: " + String.join(", ", now));
    }

    /** What came of the files that were read last. */
    String result() {
        return result;
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("following the route files hangs; the shutdown goes on without it");
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
