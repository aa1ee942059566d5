package chasqui.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.storage.Progress;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.storage.S3Objects;
import chasqui.testing.TestTransfers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

class S3ArchiveIT extends ArchiveContract {
    private static final S3Endpoint ENDPOINT = new S3Endpoint("", "", "chasqui");
    private static final String PREFIX = "long/term/";

    private Home home;
    private EmbeddedObjectStore store;
    private S3Clients clients;

    @Override
    void makeArchive() {
        home = Home.open(folder.resolve("home"));
        store = EmbeddedObjectStore.start(home);
        store.ensureBucket("archive");
        clients = new S3Clients(home.folders().aws());
        database.execute("UPDATE data_location SET active = false WHERE location_type = 'LONG_TERM_ARCHIVE'");
        database.execute("""
                INSERT INTO data_location (site_id, name, location_type, storage_type, bucket, prefix, credential)
                SELECT id, 'objects', 'LONG_TERM_ARCHIVE', 'S3', 'archive', '%s', 'chasqui' FROM site WHERE short_name = 'cologne'
                """.formatted(PREFIX));
    }

    @AfterEach
    void stop() {
        clients.close();
        store.close();
        home.close();
    }

    @Override
    S3Clients clients() {
        return clients;
    }

    @Override
    String queue() {
        return "cologne_objects_long_term_archive_transfer";
    }

    @Override
    List<String> modes() {
        return List.of("REMOTE");
    }

    private Map<String, byte[]> all(String prefix) throws Exception {
        S3Client client = clients.client(ENDPOINT);
        Map<String, byte[]> content = new TreeMap<>();
        for (S3Object object : client.listObjectsV2Paginator(
                        list -> list.bucket("archive").prefix(prefix))
                .contents()) {
            content.put(
                    object.key(),
                    client.getObjectAsBytes(get -> get.bucket("archive").key(object.key()))
                            .asByteArray());
        }
        return content;
    }

    @Override
    Map<String, byte[]> archived() throws Exception {
        Map<String, byte[]> content = new TreeMap<>();
        all(PREFIX).forEach((key, bytes) -> {
            if (!key.contains(".chasqui/")) {
                content.put(key.substring(PREFIX.length()), bytes);
            }
        });
        return content;
    }

    @Override
    List<byte[]> quarantined() throws Exception {
        return List.copyOf(all(PREFIX + ".chasqui/quarantine/").values());
    }

    @Override
    String arrive(String name, String path, byte[] bytes) throws Exception {
        plant(path, bytes);
        return path;
    }

    @Override
    void takeAwayArrived(TestTransfers.Buffered one) throws Exception {
        clients.client(ENDPOINT).deleteObject(which -> which.bucket("archive").key(PREFIX + path(one) + ".tar"));
    }

    @Override
    void plant(String path, byte[] bytes) throws Exception {
        Path file = Files.write(Files.createTempFile(folder, "planted", ""), bytes);
        S3Objects objects = clients.objects(ENDPOINT);
        objects.put("archive", PREFIX + path, file, Map.of(), Progress.NONE);
    }

    @Test
    void a_source_that_went_bad_leaves_one_object_in_quarantine_and_not_one_for_each_attempt() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        byte[] bytes = Files.readAllBytes(one.file());
        bytes[3000] ^= 1;
        Files.write(one.file(), bytes);
        manager.findWork();
        for (int attempt = 1; attempt <= 3; attempt++) {
            Lease lease = operations.claim(queue()).orElseThrow();
            assertThatThrownBy(() -> worker.work(lease))
                    .hasMessageContaining(one.file().toString());
            operations.fail(lease, new Failure(FailureKind.ITEM, true, "the source is not what was registered"));
            database.execute("UPDATE operation SET not_before = clock_timestamp()");
        }
        assertThat(quarantined()).hasSize(1);
        assertThat(archived()).isEmpty();
    }

    @Test
    void our_own_digests_stand_in_the_metadata_of_the_object() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        manager.findWork();
        work();
        Map<String, String> metadata = clients.client(ENDPOINT)
                .headObject(head -> head.bucket("archive").key(PREFIX + path(one) + ".tar"))
                .metadata();
        assertThat(metadata)
                .containsEntry("sha256", one.digest().sha256().hex())
                .containsEntry("xxh64", one.digest().xxHash64().hex());
    }
}
