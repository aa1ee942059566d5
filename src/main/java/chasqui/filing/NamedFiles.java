package chasqui.filing;

import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.Progress;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/** The files that a request names, each once. Nothing outside of the location's root can be named. */
final class NamedFiles {
    static final int MOST = 10_000;

    private final Source source;
    private final Tally tally;
    private final Progress progress;
    private final Visit visit;
    private final Map<String, Found> found = new LinkedHashMap<>();

    /** @param progress told that names come */
    NamedFiles(Source source, Tally tally, Progress progress) {
        this.source = source;
        this.tally = tally;
        this.progress = progress;
        this.visit = new Visit(source, this::add, tally);
    }

    Collection<Found> found() {
        return found.values();
    }

    private void add(Found file) {
        progress.advance(0);
        found.putIfAbsent(file.path().encoded(), file);
        if (found.size() > MOST) {
            throw new FilingRefused("the request means more than " + MOST
                    + " files; make several of it, or give the folder to chasqui file");
        }
    }

    /** @param name below the root: a file, a folder, or a last part with * and ? */
    void add(String name) {
        try {
            Path path = contained(name);
            String last = path.getFileName().toString();
            if (exists(path)) {
                one(path);
            } else if (last.matches(".*[*?].*")) {
                all(path.getParent(), new Wildcard(last), name);
            } else {
                throw new IOException("there is no such file");
            }
        } catch (IllegalArgumentException | IOException wrong) {
            tally.refuse(new FilingReport.Refused(shown(name), why(wrong), "name files below " + source.root()));
        }
    }

    private Path contained(String name) throws IOException {
        Path given = Path.of(name);
        for (Path part : given) {
            if (part.toString().equals("..") || part.toString().equals(".")) {
                throw new IOException("must not hold the part \"" + part + "\"");
            }
        }
        Path declared = source.location().root();
        Path below = given.isAbsolute() && given.startsWith(declared) ? declared.relativize(given) : given;
        Path path = source.root().resolve(below);
        if (!path.startsWith(source.root()) || path.equals(source.root())) {
            throw new IOException("lies outside of " + source.location().label());
        }
        DurableFiles.requireContained(source.root(), path);
        if (path.startsWith(source.root().resolve(DurableFiles.OWN_FOLDER))
                || source.foreign().stream().anyMatch(path::startsWith)) {
            throw new IOException("lies in a folder that is not the instrument's");
        }
        return path;
    }

    private void one(Path path) {
        if (visit.meet(path)) {
            new TreeWalk(visit).walk(path);
        }
    }

    private void all(Path folder, Wildcard wildcard, String name) throws IOException {
        TreeSet<Path> matching = new TreeSet<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            for (Path path : names) {
                progress.advance(0);
                if (wildcard.matches(path.getFileName().toString()) && isFile(path)) {
                    matching.add(path);
                    if (matching.size() > MOST) {
                        break;
                    }
                }
            }
        } catch (DirectoryIteratorException broken) {
            throw broken.getCause();
        }
        if (matching.isEmpty()) {
            throw new IOException("no file has such a name");
        }
        matching.forEach(this::one);
    }

    private static boolean isFile(Path path) throws IOException {
        return FileFacts.of(path).kind() != FileFacts.Kind.OTHER;
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static String why(Exception wrong) {
        return wrong instanceof java.nio.file.NoSuchFileException
                ? "there is no such folder"
                : wrong instanceof InvalidPathException ? "is no path" : wrong.getMessage();
    }

    private static String shown(String name) {
        String text = name.replaceAll("\\p{Cntrl}", "?");
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
