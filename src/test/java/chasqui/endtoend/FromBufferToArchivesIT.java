package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.archive.ArchiveEffects;
import chasqui.archive.ArchiveManager;
import chasqui.archive.ArchiveSettings;
import chasqui.archive.ArchiveWorker;
import chasqui.archive.Archives;
import chasqui.archive.Sidecars;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import chasqui.transfer.CopyMethod;
import chasqui.transfer.Transfer;
import chasqui.transfer.TransferEffects;
import chasqui.transfer.TransferManager;
import chasqui.transfer.TransferSettings;
import chasqui.transfer.TransferWorker;
import chasqui.unpacking.UnpackingEffects;
import chasqui.unpacking.UnpackingManager;
import chasqui.unpacking.UnpackingSettings;
import chasqui.unpacking.UnpackingWorker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages 3, 4 and 5 after each other, each finding in the database what the one before left. */
class FromBufferToArchivesIT {
    private static final StallLimit STALL = new StallLimit(Duration.ofMinutes(1));

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final OperationStore operations =
            TestKernel.of(database.jdbi(), new TransferEffects(), new UnpackingEffects(), new ArchiveEffects());
    private final Locations locations = new Locations(database.jdbi());
    private final NodeIdentity node = NodeIdentity.starting("here");
    private final TransferSettings transfer = new TransferSettings("cp", STALL);

    @AfterEach
    void close() {
        database.close();
    }

    private void transferFrom(String buffer) throws Exception {
        assertThat(new TransferManager(database.jdbi(), new Locations(database.jdbi()), transfer).findWork())
                .isEqualTo(1);
        Lease lease = operations.claim(buffer + "_data_transfer").orElseThrow();
        TransferWorker worker = new TransferWorker(database.jdbi(), operations, locations, transfer);
        Transfer prepared = worker.prepare(lease);
        new CopyMethod().move(lease, prepared);
        worker.sent(lease, prepared);
    }

    private void unpackAt(String buffer) throws Exception {
        assertThat(new UnpackingManager(database.jdbi()).findWork()).isEqualTo(1);
        new UnpackingWorker(database.jdbi(), operations, locations, new UnpackingSettings(3, STALL), node)
                .work(operations.claim(buffer + "_data_transfer_unpacking").orElseThrow());
    }

    private void archive(int count, String... archives) throws Exception {
        ArchiveSettings settings = new ArchiveSettings("test", STALL);
        assertThat(new ArchiveManager(database.jdbi()).findWork()).isEqualTo(count * archives.length);
        ArchiveWorker worker = new ArchiveWorker(
                database.jdbi(),
                operations,
                new Archives(locations, null, null, settings),
                new Sidecars(database.jdbi(), settings, node),
                node);
        for (String archive : archives) {
            for (int i = 0; i < count; i++) {
                worker.work(operations
                        .claim(archive + "_long_term_archive_transfer")
                        .orElseThrow());
            }
        }
    }

    @Test
    void the_origin_sends_each_byte_once_and_both_archives_hold_every_package(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        List<TestTransfers.Buffered> all = List.of(
                packages.buffered("ccat", 100_000, 7), packages.buffered("ccat", 10), packages.buffered("ccat", 0, 1));
        TestTransfers.Assembled assembled = packages.assembled(all, "cologne", "us");

        transferFrom("ccat_buffer");
        unpackAt("cologne_buffer");
        Files.delete(assembled.file()); // from here on the origin is not needed
        transferFrom("cologne_buffer");
        unpackAt("us_buffer");
        archive(3, "cologne_lta", "us_lta");

        for (String site : List.of("cologne", "us")) {
            for (TestTransfers.Buffered one : all) {
                try (Stream<Path> archived = Files.walk(packages.root(site, "lta"))) {
                    assertThat(archived.filter(file -> file.endsWith(one.name() + ".tar")))
                            .singleElement()
                            .satisfies(file -> assertThat(file).hasSameBinaryContentAs(one.file()));
                }
            }
        }
        assertThat(database.values("SELECT DISTINCT state FROM raw_data_package"))
                .containsExactly("ARCHIVED");
        assertThat(database.values("SELECT DISTINCT status FROM data_transfer")).containsExactly("COMPLETED");
        assertThat(database.value("SELECT count(*) FROM copy_use"))
                .as("nobody intends to read anything any more")
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM verification WHERE NOT good"))
                .isEqualTo("0");
    }
}
