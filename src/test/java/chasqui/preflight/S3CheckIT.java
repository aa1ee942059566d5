package chasqui.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.storage.S3Clients;
import chasqui.testing.S3Archive;
import chasqui.testing.S3Faults;
import chasqui.topology.Bucket;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buckets as they are found, good and bad, of a real store with a proxy of faults before it. */
class S3CheckIT {
    @TempDir
    private static Path folder;

    private static Home home;
    private static EmbeddedObjectStore store;
    private static S3Faults faults;

    @BeforeAll
    static void start() throws Exception {
        home = Home.open(folder.resolve("home"));
        store = EmbeddedObjectStore.start(home);
        store.ensureBucket("there");
        faults = new S3Faults(store.address().endpoint());
    }

    @AfterAll
    static void stop() throws Exception {
        faults.close();
        store.close();
        home.close();
    }

    @BeforeEach
    void without_faults() {
        faults.reset();
    }

    private static DataLocation location(LocationType type, String bucket) {
        Bucket at = new Bucket(faults.endpoint(), null, bucket, "cologne/", "chasqui");
        return new DataLocation(
                1, 1, "cologne", "objects", type, StorageType.S3, 1, true, false, null, null, null, at, null, false);
    }

    private static List<Finding> look(DataLocation location) throws Exception {
        // Clients remember what a bucket honours.
        try (S3Clients clients = new S3Clients(home.folders().aws())) {
            return S3Check.look(location, clients);
        }
    }

    @Test
    void a_bucket_that_works_passes_and_nothing_is_left_in_it() throws Exception {
        assertThat(look(location(LocationType.LONG_TERM_ARCHIVE, "there"))).isEmpty();
        try (S3Archive archive = new S3Archive(folder.resolve("home"))) {
            assertThat(archive.keys("there")).isEmpty();
        }
    }

    @Test
    void a_bucket_that_is_not_there_fails_with_what_to_do() {
        assertThatThrownBy(() -> look(location(LocationType.BUFFER, "gone")))
                .hasMessageContaining("NoSuchBucket")
                .hasMessageContaining("make the bucket, or correct its name in the topology");
    }

    @Test
    void a_wrong_key_fails_and_is_not_shown() throws Exception {
        Path other = Files.createDirectories(folder.resolve("other-keys"));
        Files.writeString(
                other.resolve("credentials"),
                "[chasqui]\naws_access_key_id = chasqui\naws_secret_access_key = not-the-secret\n");
        try (S3Clients clients = new S3Clients(other)) {
            assertThatThrownBy(() -> S3Check.look(location(LocationType.BUFFER, "there"), clients))
                    .hasMessageContaining("answered 403")
                    .hasMessageContaining("check the keys of credential 'chasqui'")
                    .hasMessageNotContaining("not-the-secret");
        }
    }

    @Test
    void a_store_that_does_not_let_delete_stops_a_buffer_and_is_told_of_an_archive() throws Exception {
        for (LocationType type : List.of(LocationType.BUFFER, LocationType.LONG_TERM_ARCHIVE)) {
            faults.reset();
            faults.next(
                    5,
                    request -> request.method().equals("DELETE")
                            && request.target().contains("/preflight-")
                            && !request.target().contains("chasqui-probe"),
                    S3Faults.answer(403, "AccessDenied"));
            assertThat(look(location(type, "there"))).singleElement().satisfies(finding -> {
                assertThat(finding.check()).isEqualTo("S3 delete");
                assertThat(finding.reason()).contains("403 AccessDenied");
                assertThat(finding.stops()).isEqualTo(type == LocationType.BUFFER ? Finding.EVERYTHING : List.of());
                assertThat(finding.settled()).isEqualTo(type == LocationType.LONG_TERM_ARCHIVE);
            });
        }
    }
}
