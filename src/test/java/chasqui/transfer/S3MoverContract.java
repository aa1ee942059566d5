package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.pipeline.FailureKind;
import chasqui.recovery.FailureClassifier;
import chasqui.storage.PackageDigest;
import chasqui.storage.Progress;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.storage.S3Options;
import chasqui.testing.S3Faults;
import chasqui.testing.TestMethods;
import chasqui.testing.TestRoutes;
import chasqui.topology.Bucket;
import chasqui.topology.DataLocation;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transfer method with a bucket at one or both ends must do besides, by its real route; a subclass per method. */
abstract class S3MoverContract extends ByteMoverContract {
    static final int PART = 16 << 20;
    private static final String PREFIX = "long/term/";
    private static final String ORIGIN = "near-store";
    private static final String DESTINATION = "remote-archive";

    private static Home home;
    private static EmbeddedObjectStore store;
    private static TestRoutes routes;
    static S3Faults faults;
    static S3Clients clients;
    byte[] content;

    /** The method's name. */
    abstract String method();

    abstract StorageType from();

    abstract StorageType to();

    @BeforeAll
    static void start(@TempDir Path shared) throws Exception {
        home = Home.open(shared.resolve("home"));
        store = EmbeddedObjectStore.start(home);
        faults = new S3Faults(store.address().endpoint());
        clients = new S3Clients(home.folders().aws(), new S3Options(3, Duration.ofSeconds(20), Duration.ofDays(7)));
        Map<String, Object> beans = TestMethods.beans();
        beans.put("s3UploadMethod", new S3UploadMethod(clients));
        beans.put("s3DownloadMethod", new S3DownloadMethod(clients));
        beans.put("s3CopyMethod", new S3CopyMethod(clients));
        routes = new TestRoutes(
                Files.createDirectory(shared.resolve("routes")), null, beans, "transfer-methods.camel.yaml");
    }

    @AfterAll
    static void stop() throws Exception {
        routes.close();
        clients.close();
        faults.close();
        store.close();
        home.close();
    }

    @Override
    ByteMover mover() {
        return (lease, transfer) -> routes.send("direct:transfer-" + method(), lease, Map.of("transfer", transfer));
    }

    @Override
    Transfer between(Transfer disks) throws Exception {
        faults.reset();
        for (String bucket : List.of(ORIGIN, DESTINATION)) {
            store.ensureBucket(bucket);
            // What a store protects is tried with its first write, and would count among a test's requests.
            for (String prefix : List.of("", PREFIX)) {
                clients.objects(new S3Endpoint(bucket(prefix).endpoint(), "", "chasqui"))
                        .putSmall(bucket, "first-" + prefix.length(), new byte[1], Map.of());
            }
        }
        faults.reset();
        content = Files.readAllBytes(disks.source());
        PackageDigest digest =
                new PackageDigest(disks.digest().sizeBytes(), disks.digest().xxHash64(), null);
        Transfer between = new Transfer(
                disks.id(),
                disks.packageName(),
                digest,
                end(disks.origin(), from(), ""),
                disks.originPath(),
                end(disks.destination(), to(), PREFIX),
                disks.incomingName(),
                method(),
                disks.way());
        if (from() == StorageType.S3) {
            put(ORIGIN, disks.originPath().encoded(), content, digest);
        }
        if (to() == StorageType.S3) {
            Files.createDirectories(objects(DESTINATION).resolve(PREFIX));
        }
        return between;
    }

    @AfterEach
    void empty() throws Exception {
        Thread.interrupted();
        for (String bucket : List.of(ORIGIN, DESTINATION)) {
            remove(objects(bucket));
        }
    }

    private static Path objects(String bucket) {
        return home.folders().s3().resolve("objects").resolve(bucket);
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(one);
                }
            }
        }
    }

    private DataLocation end(DataLocation disk, StorageType storage, String prefix) {
        return storage == StorageType.DISK
                ? disk
                : new DataLocation(
                        disk.id(),
                        disk.siteId(),
                        disk.site(),
                        disk.name(),
                        disk.type(),
                        StorageType.S3,
                        disk.priority(),
                        true,
                        false,
                        null,
                        null,
                        null,
                        bucket(prefix),
                        null,
                        false);
    }

    /** @param prefix empty at the origin */
    Bucket bucket(String prefix) {
        return new Bucket(faults.endpoint(), null, prefix.isEmpty() ? ORIGIN : DESTINATION, prefix, "chasqui");
    }

    @Override
    Path sent() {
        return from() == StorageType.DISK
                ? super.sent()
                : objects(ORIGIN).resolve(transfer.originPath().encoded());
    }

    @Override
    String sentName() {
        return from() == StorageType.DISK
                ? super.sentName()
                : "s3://" + ORIGIN + "/" + transfer.originPath().encoded();
    }

    @Override
    Path arrived() {
        return to() == StorageType.DISK
                ? super.arrived()
                : destination().resolve(transfer.target().encoded());
    }

    @Override
    Path destination() {
        return to() == StorageType.DISK
                ? super.destination()
                : objects(DESTINATION).resolve(PREFIX);
    }

    @Override
    String destinationName() {
        return to() == StorageType.DISK ? super.destinationName() : "s3://" + DESTINATION + "/";
    }

    @Override
    void takeAwayDestination() throws IOException {
        if (to() == StorageType.DISK) {
            super.takeAwayDestination();
        } else {
            remove(objects(DESTINATION));
        }
    }

    @Override
    void offer(byte[] bytes) throws Exception {
        content = bytes;
        if (from() == StorageType.DISK) {
            super.offer(bytes);
        } else {
            put(ORIGIN, transfer.originPath().encoded(), bytes, transfer.digest());
        }
    }

    @Override
    void plant(String other) throws Exception {
        if (to() == StorageType.DISK) {
            super.plant(other);
        } else {
            put(DESTINATION, PREFIX + transfer.target().encoded(), other.getBytes(), transfer.digest());
        }
    }

    /** An object, described by this digest, instead of what has its key; behind the back of the proxy. */
    private void put(String bucket, String key, byte[] bytes, PackageDigest digest) throws Exception {
        Files.deleteIfExists(objects(bucket).resolve(key));
        Path file = Files.write(folder.resolve("planted"), bytes);
        clients.objects(direct())
                .put(bucket, key, file, Map.of("xxh64", digest.xxHash64().hex()), Progress.NONE);
    }

    static S3Endpoint direct() {
        return new S3Endpoint("", "", "chasqui");
    }

    void withContent(int size) throws Exception {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        withContent(bytes);
    }

    /** Uploads to the destination that were begun and neither completed nor ended. */
    static int unfinished() throws IOException {
        return clients.client(direct())
                .listMultipartUploads(r -> r.bucket(DESTINATION))
                .uploads()
                .size();
    }

    void charged(FailureKind kind, String... said) throws Exception {
        assertThatThrownBy(this::move).satisfies(e -> {
            assertThat(FailureClassifier.classify(e).kind()).isEqualTo(kind);
            assertThat(FailureClassifier.classify(e).message()).contains(said);
        });
        assertThat(arrived()).doesNotExist();
    }

    /** In a store these are uploads that were never completed. */
    @Override
    @Test
    void left_overs_of_an_attempt_that_died_are_removed() throws Exception {
        if (to() == StorageType.DISK) {
            super.left_overs_of_an_attempt_that_died_are_removed();
            return;
        }
        withContent(5 * PART);
        faults.next(1000, S3Faults.Request::completes, S3Faults.answer(403, "AccessDenied"));
        charged(FailureKind.LOCATION, "403");
        faults.reset();
        move();
        assertThat(unfinished()).isZero();
        assertThat(left()).containsExactly(arrived());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, (64 << 20) + 1, 5 * PART})
    void bytes_arrive_as_they_are_at_the_edges_of_parts(int size) throws Exception {
        bytes_arrive_as_they_are_whatever_their_number(size);
    }

    @Test
    void a_store_that_refuses_is_a_failure_of_the_location_with_the_credentials_name() throws Exception {
        faults.next(1000, r -> true, S3Faults.answer(403, "AccessDenied"));
        charged(FailureKind.LOCATION, "credential 'chasqui'");
    }

    @Test
    void a_link_that_is_cut_is_a_failure_of_the_link_and_its_return_needs_no_hand() throws Exception {
        withContent(5 * PART);
        faults.next(1000, r -> true, S3Faults.cutRequest(100));
        charged(FailureKind.LINK, faults.endpoint());
        faults.reset();
        move();
        assertThat(arrived()).hasBinaryContent(content);
    }

    private List<Path> setAside() throws Exception {
        try (Stream<Path> aside =
                Files.walk(Files.createDirectories(destination().resolve(".chasqui/quarantine")))) {
            return aside.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Something has the key that the store lets nobody delete. */
    void staysWhereItIs() throws Exception {
        String other = "an object of somebody else";
        plant(other);
        List<Path> before = setAside();
        String key = PREFIX + transfer.target().encoded();
        faults.next(
                1000,
                r -> r.method().equals("DELETE") && r.target().endsWith("/" + key),
                S3Faults.answer(403, "AccessDenied"));
        assertThatThrownBy(this::move).satisfies(e -> {
            assertThat(FailureClassifier.classify(e).kind())
                    .as("its link is as good as ever")
                    .isEqualTo(FailureKind.ITEM);
            assertThat(FailureClassifier.classify(e).retryable()).isFalse();
            assertThat(FailureClassifier.classify(e).message())
                    .contains(
                            key + " holds other bytes than it should and cannot be moved aside",
                            "then retry",
                            "AccessDenied");
        });
        assertThat(arrived()).as("never overwritten").hasContent(other);
        assertThat(setAside()).as("no copy for each attempt").isEqualTo(before);
        faults.reset();
        move();
        assertThat(arrived()).as("a human did something about it").hasBinaryContent(content);
    }
}
