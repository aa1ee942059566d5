package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.testing.S3Faults;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Stores that do not know If-None-Match: a real server without signatures, and a proxy that takes the header away. */
class S3ConditionsIT {
    private static final String BUCKET = "archive";
    private static final Map<String, String> KEYS =
            Map.of("CHASQUI_S3_ANY_ACCESS_KEY_ID", "a", "CHASQUI_S3_ANY_SECRET_ACCESS_KEY", "b");
    private static final int LARGE = (70 << 20) + 1;

    @TempDir
    Path folder;

    private S3Proxy server;
    private S3Faults faults;
    private S3Clients clients;
    private S3Objects objects;

    @BeforeEach
    void start() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        FilesystemNio2BlobStore blobs = new FilesystemNio2BlobStore(data.toString());
        blobs.createContainer(BUCKET);
        server = S3Proxy.builder()
                .blobStore(blobs)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.NONE, null, null)
                .build();
        server.start();
        faults = new S3Faults(URI.create("http://127.0.0.1:" + server.getPort()));
        clients = new S3Clients(new S3Credentials(null, KEYS), S3Options.DEFAULT);
        objects = clients.objects(new S3Endpoint(faults.endpoint(), "", "any"));
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        faults.close();
        server.stop();
    }

    private static boolean hasHeader(S3Faults.Request request) {
        return request.headers().containsKey("if-none-match");
    }

    private Path fileOf(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(folder.resolve("input-" + size), bytes);
    }

    private void nothing_is_replaced() throws IOException {
        for (int size : new int[] {100, LARGE}) {
            String key = "of-" + size;
            Path file = fileOf(size);
            objects.put(BUCKET, key, file, Map.of("xxh64", "1"), Progress.NONE);
            PackageDigest there = objects.readBack(BUCKET, key, false, Progress.NONE);
            assertThat(there.sizeBytes()).isEqualTo(size);
            assertThatThrownBy(() -> objects.put(BUCKET, key, fileOf(size + 1), Map.of(), Progress.NONE))
                    .isInstanceOf(S3ObjectExists.class);
            assertThatThrownBy(() -> objects.putSmall(BUCKET, key, new byte[3], Map.of()))
                    .isInstanceOf(S3ObjectExists.class);
            assertThat(objects.readBack(BUCKET, key, false, Progress.NONE)).isEqualTo(there);
        }
        assertThat(clients.client(new S3Endpoint(faults.endpoint(), "", "any"))
                        .listObjectsV2(r -> r.bucket(BUCKET))
                        .contents())
                .as("what it was tried with is gone")
                .hasSize(2);
    }

    @Test
    void a_store_that_ignores_the_header_is_found_out_and_asked_before_every_write() throws IOException {
        faults.next(Integer.MAX_VALUE, S3ConditionsIT::hasHeader, S3Faults.withoutHeader("if-none-match"));
        nothing_is_replaced();
    }

    @Test
    void a_store_that_refuses_the_header_does_not_get_it_again() throws IOException {
        faults.next(1, S3ConditionsIT::hasHeader, S3Faults.answer(501, "NotImplemented"));
        nothing_is_replaced();
        assertThat(faults.count(S3ConditionsIT::hasHeader)).isEqualTo(1);
    }

    @Test
    void a_store_that_honours_it_for_whole_objects_only_is_found_out() throws IOException {
        faults.next(Integer.MAX_VALUE, r -> hasHeader(r) && r.completes(), S3Faults.withoutHeader("if-none-match"));
        nothing_is_replaced();
    }

    @Test
    void what_a_killed_process_tried_with_is_removed_by_the_next() throws IOException {
        faults.next(
                Integer.MAX_VALUE,
                r -> r.method().equals("DELETE") && !r.target().contains("uploadId="),
                S3Faults.answer(403, "AccessDenied"));
        objects.sweep(BUCKET, "lta/");
        objects.put(BUCKET, "lta/first", fileOf(100), Map.of(), Progress.NONE);
        Path left = folder.resolve("data").resolve(BUCKET).resolve("lta/.chasqui/probe");
        Path old = only(left);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        faults.reset();
        try (S3Clients next = new S3Clients(new S3Credentials(null, KEYS), S3Options.DEFAULT)) {
            S3Objects again = next.objects(new S3Endpoint(faults.endpoint(), "", "any"));
            again.sweep(BUCKET, "lta/");
            again.put(BUCKET, "lta/second", fileOf(200), Map.of(), Progress.NONE);
        }
        assertThat(old).doesNotExist();
        assertThat(clients.client(new S3Endpoint(faults.endpoint(), "", "any"))
                        .listObjectsV2(r -> r.bucket(BUCKET))
                        .contents())
                .extracting(S3Object::key)
                .containsExactlyInAnyOrder("lta/first", "lta/second");
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    @Test
    void a_store_that_honours_it_gets_it_with_every_write() throws IOException {
        nothing_is_replaced();
        faults.reset();
        objects.put(BUCKET, "more", fileOf(LARGE + 2), Map.of(), Progress.NONE);
        assertThat(faults.count(r -> r.completes() && hasHeader(r))).isEqualTo(1);
        assertThat(faults.count(r -> r.method().equals("HEAD"))).isZero();
    }
}
