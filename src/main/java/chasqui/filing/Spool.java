package chasqui.filing;

import chasqui.pipeline.Backoff;
import chasqui.pipeline.ChasquiException;
import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder into which data acquisition systems put requests: one JSON file each, renamed into place when it is whole. */
final class Spool {
    private static final Logger log = LoggerFactory.getLogger(Spool.class);
    static final String FILED = "filed";
    static final String REJECTED = "rejected";
    private static final int LONGEST_REQUEST = 1 << 20;
    private static final int MOST_WAITING = 1_000;
    private static final int MOST_TOLD = 20;
    /** Others might mean something to a program on their way: what asks for a folder, an option, a hidden file. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.json");

    /** A request that is written in place may be half there for so long. */
    private static final Duration YOUNG = Duration.ofSeconds(5);

    private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    private final Path folder;
    private final Intake intake;
    private final Clock clock;
    private final Set<Path> misnamed = ConcurrentHashMap.newKeySet();
    private final Map<String, Pause> pauses = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Pause> eldest) {
            return size() > MOST_WAITING;
        }
    };

    private record Pause(Instant until, int times) {}

    private final Map<Path, Waiting> waiting = new ConcurrentHashMap<>();

    /**
     * A request that stayed.
     *
     * @param observation names of instrument and observation; empty: it could not be read
     */
    private record Waiting(List<String> observation, Instant since, String why) {}

    /** @param folder that requests are put into; others may write there */
    Spool(Path folder, Intake intake, Clock clock) {
        this.folder = folder;
        this.intake = intake;
        this.clock = clock;
    }

    /**
     * Does what a request says, and puts the answer where the request goes next, as {@code NAME.answer.json}.
     *
     * @return the folder below the spool that it goes to: {@value #FILED} or {@value #REJECTED}
     * @throws SpoolWaits it stays, to be read again
     */
    synchronized String take(Path request) {
        Instant now = clock.instant();
        if (!isOurs(request)) {
            throw new SpoolWaits(shown(request) + " is not in the spool, or not under a name for requests", null);
        }
        waiting.keySet().removeIf(other -> !Files.exists(other, LinkOption.NOFOLLOW_LINKS));
        Answer answer = answer(request, now);
        String next = answer.complete() ? FILED : REJECTED;
        try {
            write(request, next, SubmissionJson.write(answer));
        } catch (IOException failure) {
            // What was filed is kept; filing it again gives the same answer.
            throw later(request, now, "the answer cannot be written: " + failure, failure);
        }
        waiting.remove(request);
        // Should it still be there after that, because nobody can move it, it must not be read without a pause.
        pause(request, now);
        return next;
    }

    /** Makes the folders for what was dealt with before anybody else does. */
    void open() {
        try {
            ownFolder(FILED);
            ownFolder(REJECTED);
        } catch (IOException failure) {
            log.warn("requests stay in the spool until this is put right: {}", failure.toString());
        }
    }

    private Path ownFolder(String name) throws IOException {
        Path path = folder.resolve(name);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(path);
        }
        if (!isRealFolder(path)) {
            throw new IOException(path + " is no folder; remove it");
        }
        return path;
    }

    private static boolean isRealFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private boolean isOurs(Path request) {
        return folder.equals(request.toAbsolutePath().getParent())
                && NAME.matcher(request.getFileName().toString()).matches();
    }

    /** What somebody must put right in the spool; empty: nothing. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            problems.add("the spool " + folder + " is no folder that can be read; make or mount it");
        }
        for (String name : new String[] {FILED, REJECTED}) {
            Path path = folder.resolve(name);
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isRealFolder(path)) {
                problems.add(path + " is no folder; requests stay in the spool until it is removed");
            }
        }
        misnamed.removeIf(request -> !Files.exists(request, LinkOption.NOFOLLOW_LINKS));
        misnamed.stream()
                .sorted()
                .forEach(request -> problems.add(shown(request)
                        + " stays in the spool: a request's name is made of letters, digits, . _ and -, begins with a letter"
                        + " or digit and ends with .json; rename it"));
        return problems;
    }

    private static String shown(Path request) {
        String text = request.getFileName().toString().replaceAll("\\p{Cntrl}", "?");
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    /** Whether it is to be read now: not one that stayed a moment ago, nor one with another name than requests have. */
    synchronized boolean due(Path request) {
        if (!isOurs(request)) {
            String name = request.getFileName().toString();
            if (name.endsWith(".json") && !name.startsWith(".") && misnamed.size() < MOST_TOLD) {
                misnamed.add(request);
            }
            return false;
        }
        Pause pause = pauses.get(identity(request));
        return pause == null || !clock.instant().isBefore(pause.until());
    }

    private Answer answer(Path request, Instant now) {
        List<String> observation = List.of();
        try {
            Submission asked = SubmissionJson.read(content(request));
            observation = List.of(asked.instrument(), asked.observation());
            if (asked.finish()) {
                requireNoneBefore(request, observation);
            }
            Answer answer = intake.accept(asked, owner(request));
            if (answer.again()) {
                throw later(request, now, why(answer), null, observation);
            }
            return answer;
        } catch (FilingRefused refused) {
            if (young(request, now)) {
                throw later(request, now, refused.getMessage(), refused);
            }
            return Answer.refused(refused.getMessage(), false);
        } catch (ChasquiException notNow) {
            throw later(request, now, notNow.getMessage(), notNow, observation);
        } catch (IOException unreadable) {
            throw later(request, now, "cannot be read: " + unreadable, unreadable);
        }
    }

    /** How many requests stay. */
    long waits() {
        return staying().count();
    }

    private Stream<Map.Entry<Path, Waiting>> staying() {
        return waiting.entrySet().stream().filter(one -> Files.exists(one.getKey(), LinkOption.NOFOLLOW_LINKS));
    }

    /** Whether there are requests that nobody has looked at. */
    boolean holdsRequests() {
        try (var files = Files.newDirectoryStream(folder, "*.json")) {
            return files.iterator().hasNext();
        } catch (IOException | DirectoryIteratorException unknown) {
            return false;
        }
    }

    /** Which requests stay, and why; empty: none. */
    List<String> waiting() {
        return staying()
                .sorted(Comparator.comparing(one -> one.getValue().since()))
                .limit(MOST_TOLD)
                .map(one -> shown(one.getKey()) + " stays in the spool since "
                        + one.getValue().since() + ": " + one.getValue().why())
                .toList();
    }

    /** An observation is not complete while files of it wait that were to be filed before. */
    private void requireNoneBefore(Path request, List<String> observation) throws IOException {
        Instant written =
                Files.getLastModifiedTime(request, LinkOption.NOFOLLOW_LINKS).toInstant();
        for (Map.Entry<Path, Waiting> other : waiting.entrySet()) {
            if (!other.getKey().equals(request)
                    && observation.equals(other.getValue().observation())
                    && !Files.getLastModifiedTime(other.getKey(), LinkOption.NOFOLLOW_LINKS)
                            .toInstant()
                            .isAfter(written)) {
                throw new SpoolWaits(
                        "finishes " + observation.get(1) + ", of which " + shown(other.getKey()) + " waits", null);
            }
        }
    }

    private static String owner(Path request) throws IOException {
        return Files.getOwner(request, LinkOption.NOFOLLOW_LINKS).getName() + " (spool)";
    }

    private static byte[] content(Path request) throws IOException {
        if (!Files.isRegularFile(request, LinkOption.NOFOLLOW_LINKS)) {
            throw new FilingRefused("the request is no regular file");
        }
        try (InputStream in = Files.newInputStream(request, LinkOption.NOFOLLOW_LINKS)) {
            byte[] content = in.readNBytes(LONGEST_REQUEST + 1);
            if (content.length > LONGEST_REQUEST) {
                throw new FilingRefused("the request is longer than " + LONGEST_REQUEST + " bytes; make several of it");
            }
            return content;
        }
    }

    private static boolean young(Path request, Instant now) {
        try {
            Instant written = Files.getLastModifiedTime(request, LinkOption.NOFOLLOW_LINKS)
                    .toInstant();
            return written.isAfter(now.minus(YOUNG)) && written.isBefore(now.plus(YOUNG));
        } catch (IOException gone) {
            return false;
        }
    }

    private SpoolWaits later(Path request, Instant now, String why, Exception cause) {
        return later(request, now, why, cause, List.of());
    }

    private SpoolWaits later(Path request, Instant now, String why, Exception cause, List<String> observation) {
        pause(request, now);
        if (waiting.size() < MOST_WAITING) {
            waiting.compute(
                    request, (path, before) -> new Waiting(observation, before == null ? now : before.since(), why));
        }
        log.info("{} stays in the spool: {}", request, why);
        return new SpoolWaits(request.getFileName() + " stays in the spool: " + why, cause);
    }

    private void pause(Path request, Instant now) {
        String identity = identity(request);
        Pause before = pauses.get(identity);
        int times = before == null ? 1 : before.times() + 1;
        pauses.put(identity, new Pause(now.plus(PAUSE.delay(times, ThreadLocalRandom.current())), times));
    }

    /** Another request under the same name is another one. */
    private static String identity(Path request) {
        try {
            FileFacts facts = FileFacts.of(request);
            return request + " " + facts.fileKey() + " " + facts.modified();
        } catch (IOException gone) {
            return request.toString();
        }
    }

    private static String why(Answer answer) {
        FilingReport.Refused first = answer.refused().get(0);
        return first.path() + " " + first.reason();
    }

    private void write(Path request, String name, String answer) throws IOException {
        Path to = ownFolder(name);
        // A name that nobody can have put anything under, and that is cleaned with the others.
        Path next = to.resolve("." + UUID.randomUUID() + ".json");
        DurableFiles.write(answer.getBytes(StandardCharsets.UTF_8), next);
        Files.move(
                next,
                to.resolve(answered(request)),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.fsyncFolder(to);
    }

    /** Removes requests that were dealt with, and their answers, when they are older than this. */
    void clean(Duration keep) {
        Instant oldest = clock.instant().minus(keep);
        for (String name : new String[] {FILED, REJECTED}) {
            Path from = folder.resolve(name);
            if (isRealFolder(from)) {
                removeBefore(from, oldest);
            }
        }
    }

    /** A request stays as long as its answer: it may have waited for days before. */
    private static boolean isOld(Path file, Instant oldest) throws IOException {
        Path answer = file.resolveSibling(answered(file));
        Path last = Files.exists(answer, LinkOption.NOFOLLOW_LINKS) ? answer : file;
        return Files.getLastModifiedTime(last, LinkOption.NOFOLLOW_LINKS)
                .toInstant()
                .isBefore(oldest);
    }

    private static String answered(Path request) {
        return request.getFileName().toString().replaceFirst("\\.json$", ".answer.json");
    }

    private static void removeBefore(Path folder, Instant oldest) {
        try (var files = Files.newDirectoryStream(folder, "*.json")) {
            for (Path file : files) {
                if (isOld(file, oldest)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot clean " + folder, failure);
        }
    }
}
