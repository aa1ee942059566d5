package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.staging.StagingRequests;
import chasqui.storage.Checksum;
import chasqui.storage.Fingerprint;
import chasqui.storage.Progress;
import chasqui.storage.S3Clients;
import chasqui.testing.AllStages;
import chasqui.testing.StoredBytes;
import chasqui.testing.TapeStandIn;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.testing.Tools;
import chasqui.topology.Locations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A telescope and two archive sites on folders, all stages in one process, and the object store of {@link Objects}: what is
 * filed here is archived at cologne first and at us from there. Says whether every byte is right.
 */
final class SmallObservatory implements AutoCloseable {
    /** More than three of the blocks in which files are read and written. */
    private static final int FILE_BYTES = 3_300_000;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    final TestDatabase database = new TestDatabase();
    final StoredBytes stored = new StoredBytes();
    final AllStages stages;
    private final Map<String, byte[]> written = new TreeMap<>();
    private final Path folder;
    private final Objects objects;
    private TapeStandIn tapes;

    /** An object store for several observatories. */
    static final class Objects implements AutoCloseable {
        private final Home home;
        private final EmbeddedObjectStore store;
        private final S3Clients clients;

        Objects(Path folder) {
            home = Home.open(folder);
            store = EmbeddedObjectStore.start(home);
            clients = new S3Clients(home.folders().aws());
        }

        private Path folderOf(String bucket) {
            return home.folders().s3().resolve("objects").resolve(bucket);
        }

        @Override
        public void close() {
            clients.close();
            store.close();
            home.close();
        }
    }

    SmallObservatory(Path folder, Objects objects) throws Exception {
        this.folder = folder;
        this.objects = objects;
        TestTopology.on(database.jdbi(), folder);
        database.execute("UPDATE site SET lta_weight = 0 WHERE short_name = 'us'");
        stages = new AllStages(database, objects.clients, stored);
        stored.watch(stages.operations()::held);
    }

    Path root(String location) {
        return location.equals(Destination.OBJECTS) ? archiveObjects() : folder.resolve(location);
    }

    @Override
    public void close() {
        database.close();
    }

    void file(int packages) throws Exception {
        file(packages, List.of());
    }

    /** @param stamps that an instrument's clock gives the files, one after the other; empty: the right ones */
    void file(int packages, List<Instant> stamps) throws Exception {
        Path source = folder.resolve("ccat/telescope_computer").toRealPath();
        Random random = new Random(packages);
        for (int i = 0; i < packages; i++) {
            Path night = Files.createDirectories(source.resolve("night-" + i));
            for (int bytes : new int[] {FILE_BYTES + i, 1, 0}) {
                byte[] content = new byte[bytes];
                random.nextBytes(content);
                Path file = Files.write(night.resolve("file-" + bytes), content);
                if (!stamps.isEmpty()) {
                    Files.setLastModifiedTime(file, FileTime.from(stamps.get(written.size() % stamps.size())));
                }
                written.put("night-" + i + "/file-" + bytes, content);
            }
            new Filing(database.jdbi(), new Locations(database.jdbi()))
                    .file(new FilingRequest(night, "camera", null, "night " + i, true), Progress.NONE);
        }
    }

    /** From here on what goes from ccat to cologne goes by way of us. */
    void relayByUs() {
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, relay_site_id, route_type)
                SELECT o.id, d.id, r.id, 'RELAY' FROM site o, site d, site r
                 WHERE o.short_name = 'ccat' AND d.short_name = 'cologne' AND r.short_name = 'us'
                """);
    }

    /** From here on what goes from ccat to cologne goes straight into its archive, each package by itself. */
    void sendStraightToCologne() {
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, route_type)
                SELECT o.id, d.id, 'DIRECT' FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
    }

    /** From here on cologne archives on tape; where the library keeps it. */
    Path archiveOnTape(boolean withChecksum) throws IOException {
        tapes = new TapeStandIn(folder.resolve("library"));
        tapes.replace(database.jdbi(), "cologne", "lta", folder.resolve("recalled"), withChecksum);
        return folder.resolve("library/tapes");
    }

    /** From here on cologne's buffer does not keep the transfer packages that it is to send on. */
    void loseTransferPackagesAtCologne() {
        List<String> lost = database.values("""
                UPDATE physical_copy c SET state = 'MISSING' FROM data_location l
                 WHERE l.id = c.data_location_id AND l.root LIKE '%/cologne/buffer'
                   AND c.data_transfer_package_id IS NOT NULL AND c.state = 'PRESENT'
                RETURNING l.root || '/' || c.path
                """);
        lost.forEach(file -> assertThat(Path.of(file).toFile().delete()).isTrue());
    }

    /** From here on cologne archives objects. */
    Path archiveObjects() {
        String bucket = "bucket-" + NUMBER.incrementAndGet();
        objects.store.ensureBucket(bucket);
        database.execute("UPDATE data_location SET active = false WHERE root LIKE '%/cologne/lta'");
        database.execute("""
                INSERT INTO data_location (site_id, name, location_type, storage_type, bucket, credential)
                SELECT id, 'objects', 'LONG_TERM_ARCHIVE', 'S3', '%s', 'chasqui' FROM site WHERE short_name = 'cologne'
                """.formatted(bucket));
        return objects.folderOf(bucket);
    }

    void stage() {
        new StagingRequests(database.jdbi())
                .request(database.values("SELECT name FROM raw_data_package"), "cologne/processing", "ada", null);
    }

    static Path largest(Path root, String glob) throws IOException {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + root + "/" + glob);
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(matcher::matches)
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow(() -> new AssertionError("nothing to alter at " + root + "/" + glob));
        }
    }

    static List<Checksum> keptAside(Path root) throws IOException {
        Path quarantine = root.resolve(".chasqui/quarantine");
        List<Checksum> kept = new ArrayList<>();
        if (Files.exists(quarantine)) {
            try (Stream<Path> all = Files.walk(quarantine)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    kept.add(Fingerprint.take(file, Progress.NONE).xxHash64());
                }
            }
        }
        return kept;
    }

    private record Present(String state, String path, String root, String bucket, String checksum) {}

    private Path fileOf(Present copy) {
        if (copy.root() != null) {
            return Path.of(copy.root()).resolve(copy.path());
        }
        return copy.bucket() != null ? objects.folderOf(copy.bucket()).resolve(copy.path()) : tapes.tape(copy.path());
    }

    /** Whoever trusts what the database calls PRESENT or STAGED is right, at any moment. */
    void nothingPresentIsWrong() {
        List<Present> present = database.jdbi().withHandle(db -> db.createQuery("""
                        SELECT c.state, c.path, l.root, l.bucket, coalesce(p.xxh64, t.xxh64) AS checksum
                          FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                          LEFT JOIN raw_data_package p ON p.id = c.raw_data_package_id
                          LEFT JOIN data_transfer_package t ON t.id = c.data_transfer_package_id
                         WHERE c.raw_data_file_id IS NULL AND c.state IN ('PRESENT', 'STAGED')
                        """)
                .map((row, context) -> new Present(
                        row.getString("state"),
                        row.getString("path"),
                        row.getString("root"),
                        row.getString("bucket"),
                        row.getString("checksum")))
                .list());
        for (Present copy : present) {
            if (copy.state().equals("STAGED")) {
                requireTree(fileOf(copy));
            } else {
                assertThat(checksum(fileOf(copy))).as(copy.toString()).isEqualTo(copy.checksum());
            }
        }
    }

    private static String checksum(Path file) {
        try {
            return Fingerprint.take(file, Progress.NONE).xxHash64().toString();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** All files of one night. */
    void requireTree(Path tree) {
        assertThat(tree).isDirectory();
        String night = Stream.of(tree.toFile().list())
                .filter(name -> name.startsWith("night"))
                .findFirst()
                .orElseThrow();
        written.forEach((name, content) -> {
            if (name.startsWith(night)) {
                assertThat(tree.resolve(name)).hasBinaryContent(content);
            }
        });
    }

    void everyByteIsRight() throws Exception {
        nothingPresentIsWrong();
        assertThat(database.values("SELECT DISTINCT state FROM raw_data_package"))
                .containsExactly("ARCHIVED");
        assertThat(database.value("SELECT count(*) FROM physical_copy WHERE state = 'STAGED'"))
                .isEqualTo(database.value("SELECT count(*) FROM raw_data_package"));
        List<Present> archived = database.jdbi().withHandle(db -> db.createQuery("""
                        SELECT c.state, c.path, l.root, l.bucket, p.sha256 AS checksum
                          FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                          JOIN raw_data_package p ON p.id = c.raw_data_package_id
                         WHERE l.location_type = 'LONG_TERM_ARCHIVE'
                        """)
                .map((row, context) -> new Present(
                        row.getString("state"),
                        row.getString("path"),
                        row.getString("root"),
                        row.getString("bucket"),
                        row.getString("checksum")))
                .list());
        assertThat(archived).hasSize(2 * Integer.parseInt(database.value("SELECT count(*) FROM raw_data_package")));
        for (Present copy : archived) {
            Path tree = Files.createDirectory(folder.resolve("opened-" + NUMBER.incrementAndGet()));
            Tools.run(tree, "tar", "xf", fileOf(copy).toString());
            requireTree(tree);
            String sidecar = Files.readString(fileOf(copy)
                    .resolveSibling(fileOf(copy).getFileName().toString().replace(".tar", ".json")));
            int last = sidecar.lastIndexOf("\n", sidecar.length() - 2) + 1;
            assertThat(sidecar.substring(last)).contains(sha256(sidecar.substring(0, last)));
            assertThat(sidecar).contains(copy.checksum());
        }
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
