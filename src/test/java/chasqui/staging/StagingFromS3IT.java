package chasqui.staging;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.storage.Progress;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestPackages;
import chasqui.testing.TestPackages.Packed;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingFromS3IT {
    private static final String BUCKET = "archive";

    private final TestDatabase database = new TestDatabase();
    private final TestPackages packages = new TestPackages(database.jdbi());
    private Home home;
    private EmbeddedObjectStore store;
    private S3Clients stores;

    @BeforeEach
    void a_topology_with_an_archive_of_objects(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        home = Home.open(folder.resolve("home"));
        store = EmbeddedObjectStore.start(home);
        store.ensureBucket(BUCKET);
        stores = new S3Clients(home.folders().aws());
        database.execute("""
                INSERT INTO data_location (site_id, name, location_type, storage_type, bucket, prefix, credential)
                SELECT id, 'objects', 'LONG_TERM_ARCHIVE', 'S3', 'archive', 'night/', 'chasqui' FROM site WHERE short_name = 'cologne'
                """);
    }

    @AfterEach
    void close() {
        stores.close();
        store.close();
        home.close();
        database.close();
    }

    @Test
    void a_package_comes_from_objects_and_a_missing_object_sends_us_to_the_next_archive() throws Exception {
        Packed kept = packages.packed("kept", Map.of("kept/a.fits", new byte[3_000_000]));
        Packed lost = packages.packed("lost", Map.of("lost/b.fits", new byte[10]));
        stores.objects(new S3Endpoint("", "", "chasqui"))
                .put(BUCKET, "night/" + kept.name() + ".tar", kept.tar(), Map.of(), Progress.NONE);
        for (Packed packed : List.of(kept, lost)) {
            packages.archived(packed, "us/lta");
            database.execute("""
                    INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum, verified_at)
                    SELECT id, %d, name || '.tar', size_bytes, sha256, clock_timestamp() FROM raw_data_package WHERE id = %d
                    """.formatted(packages.location("cologne/objects"), packed.id()));
        }
        OperationStore operations = TestKernel.of(database.jdbi(), new StagingEffects());
        StagingSettings settings = new StagingSettings(10, Duration.ofSeconds(30));
        StagingWorker worker = new StagingWorker(
                database.jdbi(),
                operations,
                new PackageSources(new Locations(database.jdbi()), stores),
                NodeIdentity.starting("test-node"),
                settings);
        new StagingRequests(database.jdbi())
                .request(List.of(kept.name(), lost.name()), "cologne/processing", "ada", null);
        assertThat(new StagingManager(database.jdbi(), settings).findWork()).isEqualTo(2);
        worker.work(operations.claim("cologne_processing_staging").orElseThrow());
        worker.work(operations.claim("cologne_processing_staging").orElseThrow());

        Path processing = packages.root("cologne/processing");
        assertThat(processing.resolve(kept.name()).resolve("kept/a.fits")).hasBinaryContent(new byte[3_000_000]);
        assertThat(processing.resolve(lost.name()).resolve("lost/b.fits")).hasBinaryContent(new byte[10]);
        assertThat(database.values("""
                SELECT l.name || ' ' || c.state FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                 WHERE l.location_type = 'LONG_TERM_ARCHIVE' ORDER BY c.raw_data_package_id, l.name, c.id
                """))
                .containsExactly("lta PRESENT", "objects PRESENT", "lta PRESENT", "objects SUSPECT");
    }
}
