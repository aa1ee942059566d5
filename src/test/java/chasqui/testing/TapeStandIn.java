package chasqui.testing;

import chasqui.pipeline.Backoff;
import chasqui.storage.TapeCommands;
import chasqui.storage.TapeLimits;
import chasqui.tape.TapeSettings;
import chasqui.tape.Tapes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/**
 * A stand-in for a site's tape library: {@code src/test/resources/tape-stand-in.sh}, real commands over a folder of
 * "tapes", that misbehave on demand.
 */
public final class TapeStandIn {
    private static final Path SCRIPT =
            Path.of("src/test/resources/tape-stand-in.sh").toAbsolutePath();

    private final Path library;

    public TapeStandIn(Path folder) throws IOException {
        library = Files.createDirectories(folder);
        Files.createDirectories(library.resolve("tapes"));
    }

    /** Libraries that may take their time, and are looked at again at once. */
    public static Tapes patient() {
        return tapes(Duration.ofMinutes(1));
    }

    /** @param patience longest time of any command */
    public static Tapes tapes(Duration patience) {
        return new Tapes(new TapeSettings(
                new TapeLimits(patience, patience, 1 << 30), new Backoff(Duration.ofMillis(1), Duration.ofMillis(1))));
    }

    /** @param arguments after the library's folder, as in {@code archive {file} {name}} */
    public List<String> command(String... arguments) {
        List<String> words = new ArrayList<>(List.of("/bin/bash", SCRIPT.toString(), library.toString()));
        words.addAll(List.of(arguments));
        return words;
    }

    public TapeCommands commands(boolean withChecksum) {
        return new TapeCommands(
                command("archive", "{file}", "{name}"),
                command("recall", "{name}", "{file}"),
                command("query", "{name}"),
                withChecksum ? command("checksum", "{name}") : null);
    }

    /** Makes a DISK archive of the test topology one on tape. */
    public void replace(Jdbi database, String site, String location, Path recallRoot, boolean withChecksum)
            throws IOException {
        Files.createDirectories(recallRoot);
        TapeCommands commands = commands(withChecksum);
        database.useTransaction(db -> {
            // Its bytes are the caller's to bring along.
            db.execute("SET LOCAL chasqui.bytes_moved = 'yes'");
            db.createUpdate("""
                        UPDATE data_location l
                           SET storage_type = 'TAPE', root = NULL, accept_cached_verification = false, recall_root = :root,
                               archive_command = :archive, recall_command = :recall, query_command = :query,
                               checksum_command = :checksum
                          FROM site s WHERE s.id = l.site_id AND s.short_name = :site AND l.name = :name
                        """)
                    .bind("site", site)
                    .bind("name", location)
                    .bind("root", recallRoot.toString())
                    .bind("archive", commands.archive().toArray(new String[0]))
                    .bind("recall", commands.recall().toArray(new String[0]))
                    .bind("query", commands.query().toArray(new String[0]))
                    .bind("checksum", withChecksum ? commands.checksum().toArray(new String[0]) : null)
                    .execute();
        });
    }

    /** From now on, as the script's first lines say; nothing: it behaves. */
    public void control(String... lines) throws IOException {
        Files.write(library.resolve("control"), List.of(lines));
    }

    public Path tape(String name) {
        return library.resolve("tapes").resolve(name);
    }

    public Map<String, byte[]> tapes() throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        Path tapes = library.resolve("tapes");
        try (Stream<Path> files = Files.walk(tapes)) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> content.put(tapes.relativize(file).toString(), read(file)));
        }
        return content;
    }

    /** Calls so far, such as {@code query camera/x.tar}. */
    public List<String> calls() throws IOException {
        Path calls = library.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    /** Processes that were told to hang and still run. */
    public List<ProcessHandle> hanging() throws IOException {
        Path hanging = library.resolve("hanging");
        return Files.exists(hanging)
                ? Files.readAllLines(hanging).stream()
                        .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                        .filter(TapeStandIn::runs)
                        .toList()
                : List.of();
    }

    private static boolean runs(ProcessHandle process) {
        try {
            return !Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"))
                    .contains(") Z ");
        } catch (IOException ended) {
            return false;
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
