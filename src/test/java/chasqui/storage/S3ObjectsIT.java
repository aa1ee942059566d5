package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3ObjectsIT {
    private static final String BUCKET = "cologne-lta";
    private static final S3Endpoint EMBEDDED = new S3Endpoint("", "", "chasqui");
    private static final int LARGE = (100 << 20) + 12_345;

    private Path temporary;
    private Home home;
    private EmbeddedObjectStore store;
    private S3Clients clients;
    private S3Objects objects;

    @BeforeAll
    void start(@TempDir Path shared) throws IOException {
        temporary = shared;
        home = Home.open(temporary.resolve("home"));
        store = EmbeddedObjectStore.start(home);
        store.ensureBucket(BUCKET);
        clients = new S3Clients(home.folders().aws());
        objects = clients.objects(EMBEDDED);
    }

    @AfterAll
    void stop() {
        clients.close();
        store.close();
        home.close();
    }

    @Test
    void a_small_file_comes_back_as_it_went_with_its_metadata() throws IOException {
        Path file = fileOf(70_000);
        AtomicLong sent = new AtomicLong();
        objects.put(BUCKET, "small/a b+c.tar", file, Map.of("xxh64", "0123"), sent::addAndGet);
        assertThat(sent).hasValue(70_000);
        assertThat(objects.readBack(BUCKET, "small/a b+c.tar", true, Progress.NONE))
                .isEqualTo(digestOf(file));
        assertThat(objects.head(BUCKET, "small/a b+c.tar").orElseThrow().metadata())
                .containsEntry("xxh64", "0123");
    }

    @Test
    void a_large_file_goes_in_parts_and_comes_back_as_it_went() throws IOException {
        Path file = fileOf(LARGE);
        AtomicLong sent = new AtomicLong();
        objects.put(BUCKET, "large.tar", file, Map.of("sha256", "abc"), sent::addAndGet);
        assertThat(sent).hasValue(LARGE);
        assertThat(objects.head(BUCKET, "large.tar").orElseThrow().etag()).contains("-7");
        assertThat(objects.head(BUCKET, "large.tar").orElseThrow().metadata()).containsEntry("sha256", "abc");
        AtomicLong read = new AtomicLong();
        assertThat(objects.readBack(BUCKET, "large.tar", true, read::addAndGet)).isEqualTo(digestOf(file));
        assertThat(read).hasValue(LARGE);
    }

    @Test
    void an_empty_file_is_an_object_too() throws IOException {
        objects.put(BUCKET, "empty", fileOf(0), Map.of(), Progress.NONE);
        assertThat(objects.readBack(BUCKET, "empty", false, Progress.NONE).sizeBytes())
                .isZero();
    }

    @Test
    void an_object_is_never_replaced() throws IOException {
        Path first = fileOf(1000);
        objects.put(BUCKET, "kept", first, Map.of(), Progress.NONE);
        Path second = fileOf(1001);
        Path large = fileOf(LARGE);
        assertThatThrownBy(() -> objects.put(BUCKET, "kept", second, Map.of(), Progress.NONE))
                .isInstanceOf(S3ObjectExists.class)
                .hasMessageContaining("s3://cologne-lta/kept");
        assertThatThrownBy(() -> objects.put(BUCKET, "kept", large, Map.of(), Progress.NONE))
                .isInstanceOf(S3ObjectExists.class);
        assertThatThrownBy(() -> objects.putSmall(BUCKET, "kept", new byte[3], Map.of()))
                .isInstanceOf(S3ObjectExists.class);
        assertThat(objects.readBack(BUCKET, "kept", true, Progress.NONE)).isEqualTo(digestOf(first));
        assertThat(clients.client(EMBEDDED)
                        .listMultipartUploads(r -> r.bucket(BUCKET).prefix("kept"))
                        .uploads())
                .isEmpty();
    }

    @Test
    void work_that_is_told_to_stop_leaves_no_object_but_its_parts_for_the_next_attempt() throws IOException {
        Path file = fileOf(LARGE);
        Progress stop = bytes -> {
            if (bytes > 0) {
                throw new IllegalStateException("stalled");
            }
        };
        assertThatThrownBy(() -> objects.put(BUCKET, "stopped", file, Map.of(), stop))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("stalled");
        assertThat(objects.head(BUCKET, "stopped")).isEmpty();
        assertThat(clients.client(EMBEDDED)
                        .listMultipartUploads(r -> r.bucket(BUCKET).prefix("stopped"))
                        .uploads())
                .hasSize(1);
    }

    @Test
    void an_interrupted_worker_stops_sending_and_stays_interrupted() throws IOException {
        Path file = fileOf(LARGE);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> objects.put(BUCKET, "interrupted", file, Map.of(), Progress.NONE))
                .isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(objects.head(BUCKET, "interrupted")).isEmpty();
    }

    @Test
    void uploads_that_nobody_completed_are_ended() throws IOException {
        clients.client(EMBEDDED).createMultipartUpload(r -> r.bucket(BUCKET).key("left/over"));
        assertThat(objects.abortUnfinished(BUCKET, "left/", Duration.ofSeconds(600)))
                .isZero();
        assertThat(objects.abortUnfinished(BUCKET, "left/", Duration.ofSeconds(-600)))
                .isEqualTo(1);
        assertThat(objects.abortUnfinished(BUCKET, "left/", Duration.ofSeconds(-600)))
                .isZero();
    }

    @Test
    void a_part_of_an_object_can_be_read_and_left_early() throws IOException {
        Path file = fileOf(200_000);
        objects.put(BUCKET, "ranged", file, Map.of(), Progress.NONE);
        byte[] all = Files.readAllBytes(file);
        try (InputStream in = objects.open(BUCKET, "ranged", 1000, 50)) {
            assertThat(in.readAllBytes()).isEqualTo(java.util.Arrays.copyOfRange(all, 1000, 1050));
        }
        try (InputStream in = objects.open(BUCKET, "ranged")) {
            assertThat(in.readNBytes(10)).isEqualTo(java.util.Arrays.copyOf(all, 10));
        }
    }

    @Test
    void an_object_moves_aside_with_its_metadata_and_never_onto_another() throws IOException {
        Path file = fileOf(5000);
        objects.put(BUCKET, "bad", file, Map.of("xxh64", "42"), Progress.NONE);
        objects.put(BUCKET, "quarantine/taken", fileOf(1), Map.of(), Progress.NONE);
        String read = objects.head(BUCKET, "bad").orElseThrow().etag();
        assertThatThrownBy(() -> objects.moveAside(BUCKET, "bad", read, "quarantine/taken", Progress.NONE))
                .isInstanceOf(S3ObjectExists.class);
        objects.moveAside(BUCKET, "bad", read, "quarantine/bad", Progress.NONE);
        assertThat(objects.head(BUCKET, "bad")).isEmpty();
        assertThat(objects.readBack(BUCKET, "quarantine/bad", true, Progress.NONE))
                .isEqualTo(digestOf(file));
        assertThat(objects.head(BUCKET, "quarantine/bad").orElseThrow().metadata())
                .containsEntry("xxh64", "42");
        assertThatThrownBy(() -> objects.moveAside(BUCKET, "bad", read, "quarantine/again", Progress.NONE))
                .isInstanceOf(S3ObjectChanged.class);
    }

    @Test
    void what_is_not_there_is_said_with_bucket_and_key() throws IOException {
        assertThat(objects.head(BUCKET, "nowhere")).isEmpty();
        assertThatThrownBy(() -> objects.open(BUCKET, "nowhere"))
                .isInstanceOfSatisfying(S3Failure.class, failure -> {
                    assertThat(failure.status()).isEqualTo(404);
                    assertThat(failure.retryable()).isFalse();
                })
                .hasMessageContaining("s3://cologne-lta/nowhere");
        assertThatThrownBy(() -> objects.putSmall("no-such-bucket", "k", new byte[1], Map.of()))
                .isInstanceOfSatisfying(
                        S3Failure.class, failure -> assertThat(failure.code()).isEqualTo("NoSuchBucket"));
    }

    @Test
    void wrong_keys_are_no_retry_and_no_secret_is_told() throws IOException {
        Path other = Files.createDirectories(temporary.resolve("other"));
        Files.writeString(
                other.resolve("credentials"),
                "[thief]\naws_access_key_id = %s\naws_secret_access_key = geheim\n"
                        .formatted(store.address().accessKey()));
        try (S3Clients thieves = new S3Clients(other)) {
            S3Objects theirs =
                    thieves.objects(new S3Endpoint(store.address().endpoint().toString(), "", "thief"));
            assertThatThrownBy(() -> theirs.open(BUCKET, "k"))
                    .isInstanceOfSatisfying(S3Failure.class, failure -> {
                        assertThat(failure.status()).isEqualTo(403);
                        assertThat(failure.retryable()).isFalse();
                    })
                    .hasMessageContaining("check the keys of credential 'thief'")
                    .hasMessageNotContaining("geheim");
        }
    }

    @Test
    void a_store_that_is_away_may_be_asked_again() throws IOException {
        try (S3Clients away = new S3Clients(home.folders().aws())) {
            S3Objects nobody = away.objects(new S3Endpoint("http://127.0.0.1:1", "", "chasqui"));
            assertThatThrownBy(() -> nobody.head(BUCKET, "k")).isInstanceOfSatisfying(S3Failure.class, failure -> {
                assertThat(failure.status()).isZero();
                assertThat(failure.retryable()).isTrue();
            });
        }
    }

    @Test
    void an_unknown_credential_is_named_and_a_known_one_shares_its_client() throws IOException {
        assertThat(clients.knowsCredential("chasqui")).isTrue();
        assertThat(clients.knowsCredential("nobody-has-this")).isFalse();
        assertThatThrownBy(() -> clients.objects(new S3Endpoint("", "", "nobody-has-this")))
                .isInstanceOf(S3Failure.class)
                .hasMessageContaining("nobody-has-this");
        assertThat(clients.objects(new S3Endpoint("", "", "chasqui"))).isSameAs(objects);
    }

    private Path fileOf(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(Files.createTempFile(temporary, "input", ".bin"), bytes);
    }

    private static PackageDigest digestOf(Path file) throws IOException {
        Fingerprint found = Fingerprint.take(file, Progress.NONE);
        return new PackageDigest(found.sizeBytes(), found.xxHash64(), found.sha256());
    }
}
