package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.recovery.FailureClassifier;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageDigest;
import chasqui.storage.Progress;
import chasqui.storage.RelativePath;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.storage.S3Options;
import chasqui.testing.S3Faults;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestMethods;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Bucket;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import chasqui.topology.StorageType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every transfer method with a bucket at one or both ends must do, through its Camel route; a subclass per method.
 * The same promises as {@link ByteMoverContract}, with other ends.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class S3MoverContract {
    static final int PART = 16 << 20;
    private static final String PREFIX = "long/term/";
    private static final String BUCKET = "remote-archive";

    private TestDatabase database;
    private OperationStore operations;
    private Home home;
    private EmbeddedObjectStore store;
    private Main camel;
    private int number;
    S3Faults faults;
    S3Clients clients;
    Path folder;
    Lease lease;
    Transfer transfer;
    byte[] content;

    /** The method's name. */
    abstract String method();

    abstract StorageType from();

    abstract StorageType to();

    @BeforeAll
    void start(@TempDir Path shared) throws Exception {
        folder = shared;
        home = Home.open(folder.resolve("home"));
        store = EmbeddedObjectStore.start(home);
        store.ensureBucket(BUCKET);
        faults = new S3Faults(store.address().endpoint());
        clients = new S3Clients(home.folders().aws(), new S3Options(3, Duration.ofSeconds(20), Duration.ofDays(7)));
        // What a store protects is tried with its first write, and would count among a test's requests.
        for (String prefix : List.of("", PREFIX)) {
            clients.objects(new S3Endpoint(bucket(prefix).endpoint(), "", "chasqui"))
                    .putSmall(BUCKET, "first-" + prefix.length(), new byte[1], Map.of());
        }
        Path routes = Files.createDirectory(folder.resolve("routes"));
        Files.copy(Path.of("routes/transfer-methods.camel.yaml"), routes.resolve("transfer-methods.camel.yaml"));
        camel = new Main();
        TestMethods.beans().forEach(camel::bind);
        camel.bind("s3UploadMethod", new S3UploadMethod(clients));
        camel.bind("s3DownloadMethod", new S3DownloadMethod(clients));
        camel.bind("s3CopyMethod", new S3CopyMethod(clients));
        camel.addOverrideProperty("camel.main.routes-include-pattern", "file:" + routes + "/*.camel.yaml");
        camel.start();
    }

    @AfterAll
    void stop() throws Exception {
        camel.stop();
        clients.close();
        faults.close();
        store.close();
        home.close();
    }

    @BeforeEach
    void a_transfer() throws Exception {
        faults.reset();
        database = new TestDatabase();
        operations = TestKernel.of(database.jdbi(), new TransferEffects());
        TestTopology.on(database.jdbi(), Files.createDirectory(folder.resolve("sites-" + number)));
        TestTransfers packages = new TestTransfers(database.jdbi());
        packages.assembled(List.of(packages.buffered("ccat", 100)), "cologne");
        TransferSettings settings = new TransferSettings("cp", new StallLimit(Duration.ofMinutes(1)));
        new TransferManager(database.jdbi(), new Locations(database.jdbi()), settings).findWork();
        lease = operations.claim("ccat_buffer_data_transfer").orElseThrow();
        transfer = new TransferWorker(database.jdbi(), operations, new Locations(database.jdbi()), settings)
                .prepare(lease);
        withContent(5000);
    }

    @AfterEach
    void close() {
        Thread.interrupted();
        database.close();
    }

    /** The same transfer, between the ends of this method, of other bytes: a method knows nothing of packages. */
    void withContent(int size) throws Exception {
        content = new byte[size];
        new Random(size).nextBytes(content);
        number++;
        Path file = Files.write(folder.resolve("content"), content);
        Fingerprint print = Fingerprint.take(file, Progress.NONE);
        RelativePath path = new RelativePath("dtp/source-" + number + ".tar");
        transfer = new Transfer(
                transfer.id(),
                transfer.packageName(),
                new PackageDigest(print.sizeBytes(), print.xxHash64(), null),
                end(transfer.origin(), from(), ""),
                path,
                end(transfer.destination(), to(), PREFIX),
                "incoming-" + number,
                method(),
                transfer.way());
        plantSource(content);
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
                        null,
                        null,
                        null,
                        bucket(prefix),
                        null,
                        false);
    }

    Bucket bucket(String prefix) {
        return new Bucket(faults.endpoint(), null, BUCKET, prefix, "chasqui");
    }

    /** What is to be sent, replaced behind everybody's back. */
    void plantSource(byte[] bytes) throws Exception {
        if (from() == StorageType.DISK) {
            Files.createDirectories(transfer.source().getParent());
            Files.write(transfer.source(), bytes);
        } else {
            plantObject(transfer.originPath().encoded(), bytes);
        }
    }

    private void plantObject(String key, byte[] bytes) throws Exception {
        Path file = Files.write(folder.resolve("planted"), bytes);
        Path there = stored("", key);
        Files.deleteIfExists(there);
        clients.objects(direct())
                .put(
                        BUCKET,
                        key,
                        file,
                        Map.of("xxh64", transfer.digest().xxHash64().hex()),
                        Progress.NONE);
    }

    private static S3Endpoint direct() {
        return new S3Endpoint("", "", "chasqui");
    }

    /** Where the server keeps an object. */
    Path stored(String prefix, String path) throws Exception {
        Path file = home.folders().s3().resolve("objects").resolve(BUCKET).resolve(prefix + path);
        Files.createDirectories(file.getParent());
        return file;
    }

    Path arrived() throws Exception {
        return to() == StorageType.DISK
                ? transfer.incoming()
                : stored(PREFIX, transfer.target().encoded());
    }

    void plantTarget(byte[] bytes) throws Exception {
        if (to() == StorageType.DISK) {
            Files.createDirectories(transfer.incoming().getParent());
            Files.write(transfer.incoming(), bytes);
        } else {
            plantObject(PREFIX + transfer.target().encoded(), bytes);
        }
    }

    void move() throws Exception {
        ProducerTemplate camelHand = camel.getCamelContext().createProducerTemplate();
        var exchange = camelHand.request("direct:transfer-" + method(), one -> {
            one.getMessage().setBody(lease);
            one.setProperty("transfer", transfer);
        });
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        assertThat(exchange.getMessage().getBody()).isSameAs(lease);
    }

    void charged(FailureKind kind, String... said) throws Exception {
        assertThatThrownBy(this::move).satisfies(e -> {
            assertThat(FailureClassifier.classify(e).kind()).isEqualTo(kind);
            assertThat(FailureClassifier.classify(e).message()).contains(said);
        });
        assertThat(arrived()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4097, (4 << 20) + 1, 64 << 20, (64 << 20) + 1, 5 * PART})
    void bytes_arrive_as_they_are_whatever_their_number(int size) throws Exception {
        withContent(size);
        long before = lease.bytesDone();
        move();
        assertThat(arrived()).hasBinaryContent(content);
        assertThat(lease.bytesDone() - before).isEqualTo(size);
    }

    @Test
    void bytes_that_an_earlier_attempt_completed_are_adopted() throws Exception {
        move();
        Object before = Files.getAttribute(arrived(), "unix:ino");
        move();
        assertThat(Files.getAttribute(arrived(), "unix:ino")).isEqualTo(before);
    }

    @Test
    void other_bytes_under_the_incoming_name_are_kept_aside_and_do_not_stop_the_transfer() throws Exception {
        plantTarget("half a file of an attempt that died".getBytes());
        move();
        assertThat(arrived()).hasBinaryContent(content);
    }

    @Test
    void a_missing_source_is_a_failure_of_the_item_that_names_it() throws Exception {
        if (from() == StorageType.DISK) {
            Files.createDirectories(transfer.origin().root().resolve(".chasqui"));
            Files.delete(transfer.source());
        } else {
            Files.delete(stored("", transfer.originPath().encoded()));
        }
        charged(FailureKind.ITEM, transfer.originPath().encoded());
    }

    @Test
    void a_source_of_another_size_is_not_sent() throws Exception {
        plantSource(java.util.Arrays.copyOf(content, 4000));
        charged(FailureKind.ITEM, transfer.digest().xxHash64().toString());
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

    @Test
    void an_attempt_whose_lease_is_gone_makes_no_name() throws Exception {
        TestKernel.takeAway(database, operations, lease);
        Thread.interrupted();
        assertThatThrownBy(this::move).hasMessageContaining("the lease is gone");
        assertThat(arrived()).doesNotExist();
    }

    private List<Path> setAside() throws Exception {
        try (Stream<Path> aside = Files.walk(Files.createDirectories(stored(PREFIX, ".chasqui/quarantine")))) {
            return aside.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Something has the key that the store lets nobody delete. */
    void staysWhereItIs() throws Exception {
        byte[] other = "an object of somebody else".getBytes();
        plantTarget(other);
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
        assertThat(arrived()).as("never overwritten").hasBinaryContent(other);
        assertThat(setAside()).as("no copy for each attempt").isEqualTo(before);
        faults.reset();
        move();
        assertThat(arrived()).as("a human did something about it").hasBinaryContent(content);
    }
}
