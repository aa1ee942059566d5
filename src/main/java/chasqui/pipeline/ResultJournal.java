package chasqui.pipeline;

import chasqui.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results that wait for the database, a file for each: durable under its name or not there at all, and gone when the
 * database has it. What cannot be read, or what the database refuses for good, lies in {@code refused/} for a human.
 */
public final class ResultJournal {
    private static final Logger log = LoggerFactory.getLogger(ResultJournal.class);
    private static final String SUFFIX = ".json";
    private static final String UNFINISHED = ".new";
    private static final String NOT_READ =
            "results of finished work may lie there and cannot be read; their work is done again; give it to this user, or move it away, and start again: ";

    private final Path folder;
    private volatile List<String> unread = List.of();

    /** @param folder made when the first result comes; one process has it at a time */
    public ResultJournal(Path folder) {
        this.folder = folder;
    }

    /** What lies there, for whoever only looks, also without the database. */
    public static JournalContents look(Path folder) {
        int waiting = 0;
        Instant oldest = null;
        String trouble = null;
        try {
            for (Path one : files(folder, "op-*" + SUFFIX)) {
                Instant since = Files.getLastModifiedTime(one).toInstant();
                oldest = oldest == null || since.isBefore(oldest) ? since : oldest;
                waiting++;
            }
        } catch (IOException changing) {
            trouble = changing.toString();
        }
        return new JournalContents(folder.toString(), waiting, oldest, new ResultJournal(folder).refused(), trouble);
    }

    /** @throws IOException it is not durable; nothing has its name */
    void add(JournaledResult one) throws IOException {
        make(folder);
        Path file = file(one);
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        Files.deleteIfExists(unfinished);
        DurableFiles.write(ResultText.write(one), unfinished);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.fsyncFolder(folder);
    }

    /** What an earlier process left here; what cannot be read is put aside, or else said in {@link #unread}. */
    List<JournaledResult> read(ResultText text) {
        List<JournaledResult> all = new ArrayList<>();
        List<String> not = new ArrayList<>();
        try {
            for (Path file : files(folder, "op-*")) {
                try {
                    readOne(text, file, all);
                } catch (IOException stays) {
                    not.add(file + ": " + NOT_READ + stays);
                }
            }
        } catch (IOException closed) {
            not.add(folder + ": " + NOT_READ + closed);
        }
        not.forEach(log::error);
        unread = List.copyOf(not);
        return all;
    }

    private void readOne(ResultText text, Path file, List<JournaledResult> all) throws IOException {
        if (file.toString().endsWith(UNFINISHED)) {
            Files.deleteIfExists(file);
            log.info("{}: a process died while it wrote this; its work is done again", file);
            return;
        }
        try {
            all.add(text.read(Files.readAllBytes(file)));
        } catch (ResultText.Unreadable | IOException unreadable) {
            Path aside = putAside(file, unreadable.toString());
            log.error("{}: {}; it lies at {} now, its work is done again", file, unreadable.toString(), aside);
        }
    }

    /** What lay here at the start and could neither be read nor put aside. */
    List<String> unread() {
        return unread;
    }

    void remove(JournaledResult one) throws IOException {
        if (Files.deleteIfExists(file(one))) {
            DurableFiles.fsyncFolder(folder);
        }
    }

    /** @return where it lies now, with the reason beside it */
    Path refuse(JournaledResult one, String why) throws IOException {
        return putAside(file(one), why);
    }

    /** How many results a human has to look at. */
    int refused() {
        try {
            return files(folder.resolve("refused"), "*" + SUFFIX).size();
        } catch (IOException unreadable) {
            return 0;
        }
    }

    Path folder() {
        return folder;
    }

    private Path putAside(Path file, String why) throws IOException {
        Path refused = folder.resolve("refused");
        make(refused);
        Path aside = refused.resolve(file.getFileName());
        Files.writeString(aside.resolveSibling(aside.getFileName() + ".why"), why + "\n");
        Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.fsyncFolder(refused);
        DurableFiles.fsyncFolder(folder);
        return aside;
    }

    private Path file(JournaledResult one) {
        return folder.resolve("op-" + one.operation().id() + "-" + one.token() + SUFFIX);
    }

    private static List<Path> files(Path folder, String glob) throws IOException {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, glob)) {
            List<Path> all = new ArrayList<>();
            names.forEach(all::add);
            all.sort(null);
            return all;
        }
    }

    private static void make(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            DurableFiles.fsyncFolder(Objects.requireNonNull(folder.getParent()));
        }
    }
}
