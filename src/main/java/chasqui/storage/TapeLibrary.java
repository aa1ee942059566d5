package chasqui.storage;

import chasqui.process.Command;
import chasqui.process.CommandEnd;
import chasqui.process.CommandMissing;
import chasqui.process.CommandRun;
import chasqui.process.CommandRun.Limits;
import chasqui.process.Output;
import chasqui.storage.TapeCommands.Subject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A tape library behind its site's commands. A command that ends well has accepted its task, and no more: where the
 * bytes are is asked for, and what they are is read.
 */
public final class TapeLibrary {
    /** No blank, no quote, no way out, nothing that looks like an option: whatever a site's script does with it. */
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}(/[A-Za-z0-9][A-Za-z0-9._-]{0,254}){0,15}");

    private static final int MOST_SAID = 2_000;

    private final TapeCommands commands;
    private final TapeLimits limits;

    public TapeLibrary(TapeCommands commands, TapeLimits limits) {
        this.commands = commands;
        this.limits = limits;
    }

    /**
     * Where a name is now.
     *
     * @param name of our own making, as in {@code camera/2026/11/x.tar}; the same below
     * @param beat called while the command runs; what it throws ends the command; the same below
     * @throws TapeFailure there was no answer, or one that is none
     */
    public TapeState query(String name, Progress beat) throws IOException {
        String said = run("query", commands.query(), new Subject(null, name, null), Limits.of(limits.answer()), beat);
        String answer = firstLine(said);
        return Arrays.stream(TapeState.values())
                .filter(state -> state.name().equals(answer))
                .findFirst()
                .orElseThrow(
                        () -> new TapeFailure(("query command for %s: its first line was \"%s\" and not one of %s; "
                                        + "correct the command, the work then goes on")
                                .formatted(name, shortened(answer), Arrays.toString(TapeState.values()))));
    }

    /** Hands a file over; when this returns, the library has read it. */
    public void archive(Path file, String name, PackageDigest digest, Progress beat) throws IOException {
        Limits limit = Limits.of(limits.moving(digest.sizeBytes()));
        run("archive", commands.archive(), new Subject(file, name, digest), limit, beat);
    }

    /**
     * Brings a file back; what it holds then is for the caller to read.
     *
     * @param file to be made, and told the bytes of while it grows
     * @param sizeBytes about what it will have
     * @throws TapeFailure the command failed, or made no regular file
     */
    public void recall(String name, Path file, long sizeBytes, Progress progress) throws IOException {
        Duration longest = limits.moving(sizeBytes);
        Growth growth = new Growth(file, progress);
        run("recall", commands.recall(), new Subject(file, name, null), new Limits(longest, limits.mount()), growth);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new TapeFailure("recall command for " + name + ": it ended well, but " + file + " is no file");
        }
    }

    /**
     * The checksum of what is on tape, read from there by the library.
     *
     * @return empty when the library has no command for it
     * @throws TapeFailure there was no answer, or one that is no SHA-256
     */
    public Optional<Checksum> checksum(String name, long sizeBytes, Progress beat) throws IOException {
        if (commands.checksum() == null) {
            return Optional.empty();
        }
        Limits limit = Limits.of(limits.moving(sizeBytes));
        String answer = firstLine(run("checksum", commands.checksum(), new Subject(null, name, null), limit, beat));
        if (!answer.matches("sha256:[0-9a-f]{64}")) {
            throw new TapeFailure(
                    "checksum command for %s: its first line was \"%s\" and not sha256: with 64 hexadecimal digits"
                            .formatted(name, shortened(answer)));
        }
        return Optional.of(Checksum.parse(answer));
    }

    private static String run(String what, List<String> command, Subject subject, Limits limits, Progress beat)
            throws IOException {
        requireName(subject.name());
        Output.Kept said = Output.Kept.beginning(MOST_SAID);
        Output.Kept errors = Output.Kept.end(MOST_SAID);
        CommandRun.Watch watch = beat instanceof Growth growth
                ? growth
                : () -> {
                    beat.advance(0);
                    return 0;
                };
        CommandEnd end;
        try {
            Command filled = new Command(TapeCommands.filled(command, subject));
            end = CommandRun.run(filled, limits, watch, said, errors);
        } catch (CommandMissing missing) {
            throw new TapeFailure(what + " command: " + missing.getMessage(), missing);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException(what + " command for " + subject.name() + " was ended")
                    .initCause(stopped);
        }
        if (!end.succeeded()) {
            String words = errors.text().isEmpty() ? said.text() : errors.text();
            throw new TapeFailure("%s command for %s (%s) %s%s"
                    .formatted(
                            what,
                            subject.name(),
                            command.get(0),
                            end,
                            words.isEmpty() ? "" : "; it said: " + shortened(words)));
        }
        return said.text();
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name + "\" is no name for a tape: " + NAME);
        }
    }

    private static String firstLine(String said) {
        return said.lines().findFirst().orElse("").strip();
    }

    private static String shortened(String said) {
        return said.length() <= 300 ? said : said.substring(0, 300) + "…";
    }

    /** Tells the bytes by which a file grows. */
    private static final class Growth implements CommandRun.Watch, Progress {
        private final Path file;
        private final Progress progress;
        private long told;

        Growth(Path file, Progress progress) {
            this.file = file;
            this.progress = progress;
        }

        @Override
        public long seen() {
            long size = file.toFile().length();
            progress.advance(Math.max(0, size - told));
            told = Math.max(told, size);
            return told;
        }

        @Override
        public void advance(long bytes) {
            progress.advance(bytes);
        }
    }
}
