package chasqui.recovery;

import chasqui.storage.DurableFiles;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;

/**
 * Removes what arrived from another site and nobody waits for: halves that a killed program left, wholes whose sender died
 * before it could tell. The sender cannot do it; it does not see this end, and a program that it killed may write on.
 */
final class IncomingSweep implements Sweep {
    /** PACKAGE-TRANSFER-SEND, and -t with the beginning of the lease's token where the sender did not see this end. */
    private static final Pattern NAME = Pattern.compile(".+-(\\d{1,18})-\\d{1,9}(?:-t([0-9a-f]{8}))?");

    private final Jdbi database;
    private final Duration age;
    private final Clock clock;

    /** @param clock as that of the disks; where it is far ahead of theirs, what nobody waits for goes earlier, and nothing else does */
    IncomingSweep(Jdbi database, Duration age, Clock clock) {
        this.database = database;
        this.age = age;
        this.clock = clock;
    }

    private record Arrived(Path path, long transferId, String token) {
        String name() {
            return path.getFileName().toString();
        }
    }

    @Override
    public String what() {
        return "arrivals that nobody waits for";
    }

    @Override
    public int sweep(DataLocation location) throws IOException {
        if (location.storage() != StorageType.DISK || !Files.isDirectory(location.root())) {
            return 0;
        }
        // First the names, then the database: a transfer that begins in between has a name that we do not know.
        List<Arrived> quiet = quiet(location);
        Set<String> awaited = quiet.isEmpty() ? Set.of() : awaited(quiet);
        int removed = 0;
        IOException failed = null;
        for (Arrived one : quiet) {
            try {
                if (!awaited.contains(one.name()) && Files.deleteIfExists(one.path())) {
                    removed++;
                }
            } catch (IOException failure) {
                failed = failed == null ? failure : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
        return removed;
    }

    /** Files of our naming to which nothing was written for long enough. */
    private List<Arrived> quiet(DataLocation location) throws IOException {
        Path folder = Objects.requireNonNull(DiskRoot.incoming(location, "x").getParent());
        DurableFiles.requireContained(location.root(), folder.resolve("x"));
        Instant limit = clock.instant().minus(age);
        List<Arrived> quiet = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            for (Path path : names) {
                Matcher name = NAME.matcher(path.getFileName().toString());
                if (name.matches()
                        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                        && Files.getLastModifiedTime(path).toInstant().isBefore(limit)) {
                    quiet.add(new Arrived(path, Long.parseLong(name.group(1)), name.group(2)));
                }
            }
        } catch (NoSuchFileException gone) {
            return quiet;
        }
        return quiet;
    }

    /**
     * Names that a transfer was recorded under and is not done with, that a worker is sending under right now, or that a
     * later attempt would adopt.
     */
    private Set<String> awaited(List<Arrived> quiet) {
        return Set.copyOf(database.withHandle(db -> db.createQuery("""
                        SELECT a.name
                          FROM unnest(:names, :ids, :tokens) AS a (name, id, token)
                          JOIN data_transfer t ON t.id = a.id AND t.status NOT IN ('COMPLETED', 'CANCELLED')
                         WHERE a.token IS NULL OR a.name = t.incoming_name
                            OR EXISTS (SELECT FROM operation o
                                        WHERE o.subject_id = t.id AND o.type = 'data_transfer' AND o.status = 'IN_PROGRESS'
                                          AND starts_with(o.lease_token::text, a.token))
                        """)
                .bindArray(
                        "names", String.class, quiet.stream().map(Arrived::name).toList())
                .bindArray(
                        "ids",
                        Long.class,
                        quiet.stream().map(Arrived::transferId).toList())
                .bindArray(
                        "tokens",
                        String.class,
                        quiet.stream().map(Arrived::token).toList())
                .mapTo(String.class)
                .list()));
    }
}
