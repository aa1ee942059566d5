package chasqui.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs one command in a session of its own. When this method returns, or this whole process dies, in whatever way,
 * nothing of that session runs any more. What a program puts into a session of its own, as a daemon does, is left alone.
 */
public final class CommandRun {
    /**
     * Waits for the command, and ends the session when the pipe from this process breaks. The words are its positional
     * parameters: it runs them and never reads them as a script.
     */
    private static final String GUARD = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            command=$!
            (read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &
            guard=$!
            exec 3<&- >/dev/null 2>&1
            wait "$command"
            status=$?
            kill -KILL "$guard"
            wait "$guard"
            exit "$status"
            """;

    private static final Duration PACE = Duration.ofMillis(50);
    private static final Duration TERM_GRACE = Duration.ofSeconds(3);
    /** What is taken at a time from a program that prints without end. */
    private static final int MOST_PER_LOOK = 1 << 20;

    private CommandRun() {}

    /**
     * What is looked at while the command runs.
     *
     * @return any number that changes while there is progress
     */
    @FunctionalInterface
    public interface Watch {
        /** Throwing ends the command, and is thrown on. */
        long seen();
    }

    /**
     * @param longest the command is ended after this time
     * @param silence the command is ended when the watch has seen no change for so long
     */
    public record Limits(Duration longest, Duration silence) {
        public static Limits of(Duration longest) {
            return new Limits(longest, longest);
        }
    }

    /**
     * Runs a command to its end.
     *
     * @param watch asked about twenty times a second
     * @param out takes what it prints, {@code err} what it prints as errors; all of it is read, however much that is
     * @throws CommandMissing there is no such program here
     * @throws CommandNotStarted this machine cannot start any program now
     * @throws InterruptedException the calling thread was interrupted; the command was ended
     */
    public static CommandEnd run(Command command, Limits limits, Watch watch, Output out, Output err)
            throws IOException, InterruptedException {
        command.requireProgram();
        long started = System.nanoTime();
        Process process = start(command);
        try (ProcessSession session = new ProcessSession(process, TERM_GRACE)) {
            CommandEnd.How how = await(process, limits, watch, () -> {
                drain(process.getInputStream(), out);
                drain(process.getErrorStream(), err);
            });
            session.close();
            drain(process.getInputStream(), out);
            drain(process.getErrorStream(), err);
            return new CommandEnd(how, process.waitFor(), Duration.ofNanos(System.nanoTime() - started));
        }
    }

    private static Process start(Command command) throws IOException {
        List<String> words = new ArrayList<>(List.of("setsid", "sh", "-c", GUARD, "chasqui-command"));
        words.addAll(command.words());
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(Path.of("/").toFile());
        builder.environment().keySet().retainAll(Command.PLAIN);
        builder.environment().put("LC_ALL", "C");
        builder.environment().putAll(command.environment());
        try {
            return builder.start();
        } catch (IOException failure) {
            throw new CommandNotStarted(command.program(), failure);
        }
    }

    private interface Draining {
        void run() throws IOException;
    }

    private static CommandEnd.How await(Process process, Limits limits, Watch watch, Draining drain)
            throws IOException, InterruptedException {
        long started = System.nanoTime();
        long changed = started;
        long last = watch.seen();
        while (!process.waitFor(PACE.toMillis(), TimeUnit.MILLISECONDS)) {
            drain.run();
            long seen = watch.seen();
            long now = System.nanoTime();
            if (seen != last) {
                last = seen;
                changed = now;
            }
            if (now - started > limits.longest().toNanos()) {
                return CommandEnd.How.TIME_LIMIT;
            }
            if (now - changed > limits.silence().toNanos()) {
                return CommandEnd.How.STALLED;
            }
        }
        return CommandEnd.How.EXITED;
    }

    /**
     * Takes what is there and never waits for more: who holds the other end cannot hold this thread. At the program's end
     * the JDK replaces the pipe by what was left in it, under the lock that these calls take as well.
     */
    private static void drain(InputStream from, Output to) throws IOException {
        byte[] buffer = new byte[64 << 10];
        int taken = 0;
        for (int there = from.available(); there > 0 && taken < MOST_PER_LOOK; there = from.available()) {
            int length = from.read(buffer, 0, Math.min(there, buffer.length));
            if (length <= 0) {
                return;
            }
            taken += length;
            to.take(buffer, length);
        }
    }
}
