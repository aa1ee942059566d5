package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.archive.ArchiveEffects;
import chasqui.archive.ArchiveManager;
import chasqui.archive.ArchiveSettings;
import chasqui.archive.ArchiveWorker;
import chasqui.archive.Archives;
import chasqui.archive.Sidecars;
import chasqui.assembly.AssemblyManager;
import chasqui.assembly.AssemblySettings;
import chasqui.deletion.DeletionEffects;
import chasqui.deletion.DeletionManager;
import chasqui.deletion.DeletionSettings;
import chasqui.deletion.DeletionWorker;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.storage.S3Clients;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import chasqui.transfer.ByteMover;
import chasqui.transfer.CopyMethod;
import chasqui.transfer.S3DownloadMethod;
import chasqui.transfer.S3UploadMethod;
import chasqui.transfer.Transfer;
import chasqui.transfer.TransferEffects;
import chasqui.transfer.TransferManager;
import chasqui.transfer.TransferSettings;
import chasqui.transfer.TransferWorker;
import chasqui.unpacking.UnpackingEffects;
import chasqui.unpacking.UnpackingManager;
import chasqui.unpacking.UnpackingSettings;
import chasqui.unpacking.UnpackingWorker;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Stages 3, 4, 5 and 7 on a {@link TestTopology}, step by step, each finding in the database what the one before left. */
final class Stages implements AutoCloseable {
    private static final StallLimit STALL = new StallLimit(Duration.ofMinutes(1));
    private static final DeletionSettings DELETION = new DeletionSettings(
            true, 1, Duration.ofDays(30), Duration.ZERO, Duration.ZERO, 500, Duration.ofMinutes(1), true);

    final TestDatabase database = new TestDatabase();
    final TestTransfers packages = new TestTransfers(database.jdbi());
    final OperationStore operations = TestKernel.of(
            database.jdbi(),
            new TransferEffects(),
            new UnpackingEffects(),
            new ArchiveEffects(),
            new DeletionEffects(DELETION));
    final Locations locations = new Locations(database.jdbi());
    /** Where archives are buckets. */
    S3Clients clients;

    private final NodeIdentity node = NodeIdentity.starting("here");
    private final TransferSettings transfer = new TransferSettings("auto", STALL);
    final TransferWorker transfers = new TransferWorker(database.jdbi(), operations, locations, transfer);

    Stages(Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    /** Bundles what waits at buffers, or sends it off by itself; how many bundles are to be built. */
    int assemble() {
        AssemblySettings settings = new AssemblySettings(1_000_000_000L, Duration.ofMinutes(15), 0, STALL);
        return new AssemblyManager(database.jdbi(), new Locations(database.jdbi()), settings).findWork();
    }

    /** How many transfers can go. */
    int toSend() {
        return new TransferManager(database.jdbi(), new Locations(database.jdbi()), transfer).findWork();
    }

    Lease claim(String queue) {
        return operations.claim(queue).orElseThrow(() -> new AssertionError("nothing is due in " + queue));
    }

    /** Sends what is due at a buffer, looked for first. */
    Transfer send(String buffer) throws Exception {
        locations.refresh();
        toSend();
        Lease lease = claim(buffer + "_data_transfer");
        Transfer prepared = transfers.prepare(lease);
        ByteMover method =
                switch (prepared.method()) {
                    case "s3-upload" -> new S3UploadMethod(clients);
                    case "s3-download" -> new S3DownloadMethod(clients);
                    default -> new CopyMethod();
                };
        method.move(lease, prepared);
        transfers.sent(lease, prepared);
        return prepared;
    }

    void unpack(String buffer) throws Exception {
        new UnpackingManager(database.jdbi()).findWork();
        unpackingWorker().work(claim(buffer + "_data_transfer_unpacking"));
    }

    UnpackingWorker unpackingWorker() {
        return new UnpackingWorker(database.jdbi(), operations, locations, new UnpackingSettings(3, STALL), node);
    }

    /** Looks for what is to be archived. */
    void archivable() {
        new ArchiveManager(database.jdbi()).findWork();
    }

    ArchiveWorker archiveWorker() {
        ArchiveSettings settings = new ArchiveSettings("test", STALL);
        return new ArchiveWorker(
                database.jdbi(),
                operations,
                new Archives(locations, clients, null, settings),
                new Sidecars(database.jdbi(), settings, node),
                node);
    }

    /** Does what stage 5 finds at an archive. */
    void archive(String archive, int packages) throws Exception {
        archivable();
        for (int i = 0; i < packages; i++) {
            archiveWorker().work(claim(archive + "_long_term_archive_transfer"));
        }
    }

    /** Records the deletion of what may go. */
    void deletable() {
        new DeletionManager(database.jdbi(), DELETION).findWork();
    }

    /** Deletes at a place what may go there. */
    void delete(String location) throws Exception {
        deletable();
        new DeletionWorker(database.jdbi(), operations, locations, DELETION).work(claim(location + "_deletion"));
    }

    /** Everything a place holds under final names, and of work under way nothing. */
    List<String> files(String site, String location) throws IOException {
        Path root = packages.root(site, location);
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    /** {@code site/location path state} of all copies of packages that are not DELETED. */
    List<String> copies() {
        return database.values("""
                SELECT s.short_name || '/' || l.name || ' ' || c.path || ' ' || c.state
                  FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                 WHERE c.state <> 'DELETED' ORDER BY 1
                """);
    }

    String status(long transfer) {
        return database.value("SELECT status || CASE WHEN sent_at IS NULL THEN '' ELSE ' sent' END"
                + " FROM data_transfer WHERE id = " + transfer);
    }

    /** A route from one site to another; what else it says as columns and SQL values. */
    void route(String from, String to, String columns, String values) {
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id%s)
                SELECT o.id, d.id%s FROM site o, site d WHERE o.short_name = '%s' AND d.short_name = '%s'
                """.formatted(
                        columns.isEmpty() ? "" : ", " + columns, values.isEmpty() ? "" : ", " + values, from, to));
    }

    void relay(String from, String over, String to) {
        route(
                from,
                to,
                "route_type, relay_site_id",
                "'RELAY', (SELECT id FROM site WHERE short_name = '%s')".formatted(over));
    }

    static void spoil(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int old = bytes.read();
            bytes.seek(at);
            bytes.write(old ^ 1);
        }
    }

    /** Nothing is left to do, nobody intends to read anything, and nothing was read that was not good. */
    void requireAllDone() {
        assertThat(database.values("SELECT DISTINCT state FROM raw_data_package"))
                .containsExactly("ARCHIVED");
        assertThat(database.values("SELECT DISTINCT status FROM data_transfer")).containsExactly("COMPLETED");
        assertThat(database.values("SELECT DISTINCT status FROM long_term_archive_transfer"))
                .containsExactly("COMPLETED");
        assertThat(database.value("SELECT count(*) FROM copy_use"))
                .as("nobody intends to read anything any more")
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM verification WHERE NOT good"))
                .isEqualTo("0");
    }

    @Override
    public void close() {
        database.close();
    }
}
