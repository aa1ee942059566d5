package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.recovery.FailureClassifier;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageDigest;
import chasqui.storage.Progress;
import chasqui.testing.Alteration;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every transfer method must do; a subclass per method, and per direction where the ends differ. Both ends are files
 * of this machine in the end: those of a disk, of the machine's own tape
 * library, or of a store that keeps its objects in a folder.
 */
abstract class ByteMoverContract {
    final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final OperationStore operations = TestKernel.of(database.jdbi(), new TransferEffects());
    Lease lease;
    Transfer transfer;

    @TempDir
    Path folder;

    abstract ByteMover mover() throws Exception;

    /** Whether the method itself takes the checksum of what it sends; where not, the read-back at the destination does. */
    boolean hashesWhatItSends() {
        return true;
    }

    /** The same transfer between the ends of this method, and what it sends put there. */
    Transfer between(Transfer disks) throws Exception {
        return disks;
    }

    /** Where the bytes to send lie. */
    Path sent() {
        return transfer.source();
    }

    /** What a message calls them. */
    String sentName() {
        return transfer.source().toString();
    }

    /** Where they come to lie. */
    Path arrived() {
        return transfer.incoming();
    }

    /** All that lies in it came by a transfer. */
    Path destination() {
        return transfer.destination().root();
    }

    /** What a message calls the place where they do. */
    String destinationName() {
        return transfer.destination().label();
    }

    void takeAwayDestination() throws IOException {
        Files.delete(destination());
    }

    void move() throws Exception {
        mover().move(lease, transfer);
    }

    /** Puts what is not ours where the bytes are to arrive. */
    void plant(String content) throws Exception {
        Files.createDirectories(arrived().getParent());
        Files.writeString(arrived(), content);
    }

    @BeforeEach
    void a_transfer() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        packages.assembled(List.of(packages.buffered("ccat", 100)), "cologne");
        TransferSettings settings = new TransferSettings("cp", new StallLimit(Duration.ofMinutes(1)));
        new TransferManager(database.jdbi(), new Locations(database.jdbi()), settings).findWork();
        lease = operations.claim("ccat_buffer_data_transfer").orElseThrow();
        transfer = between(new TransferWorker(database.jdbi(), operations, new Locations(database.jdbi()), settings)
                .prepare(lease));
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** The same transfer, of other bytes: a method knows nothing of packages. */
    void withContent(byte[] content) throws Exception {
        Fingerprint print = Fingerprint.take(Files.write(folder.resolve("content"), content), Progress.NONE);
        transfer = new Transfer(
                transfer.id(),
                transfer.packageName(),
                new PackageDigest(
                        print.sizeBytes(),
                        print.xxHash64(),
                        transfer.digest().sha256() == null ? null : print.sha256()),
                transfer.origin(),
                transfer.originPath(),
                transfer.destination(),
                transfer.incomingName(),
                transfer.method(),
                transfer.way());
        offer(content);
    }

    /** Puts the bytes to send where they belong, instead of what lies there. */
    void offer(byte[] content) throws Exception {
        Files.delete(sent());
        Files.write(sent(), content);
    }

    List<Path> left() throws IOException {
        try (Stream<Path> all = Files.walk(destination())) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 511, 512, 4096, 4097, (1 << 20) - 1, 1 << 20, (4 << 20) + 1, 64 << 20})
    void bytes_arrive_as_they_are_whatever_their_number(int size) throws Exception {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        withContent(content);
        move();
        assertThat(arrived()).hasBinaryContent(content);
        assertThat(left()).containsExactly(arrived());
        assertThat(lease.mostBytes()).isEqualTo(size);
    }

    @Test
    void bytes_that_an_earlier_attempt_completed_are_adopted() throws Exception {
        move();
        Object before = Files.getAttribute(arrived(), "unix:ino");
        move();
        assertThat(Files.getAttribute(arrived(), "unix:ino")).isEqualTo(before);
        assertThat(left()).containsExactly(arrived());
    }

    @Test
    void other_bytes_under_the_incoming_name_are_kept_aside_and_do_not_stop_the_transfer() throws Exception {
        plant("half a file of an attempt that died");
        move();
        assertThat(arrived()).hasSameBinaryContentAs(sent());
        assertThat(left()).anyMatch(path -> path.toString().contains("quarantine"));
    }

    @Test
    void left_overs_of_an_attempt_that_died_are_removed() throws Exception {
        Path tmp = Files.createDirectories(destination().resolve(".chasqui").resolve("tmp"));
        Path ours = Files.writeString(tmp.resolve("op-" + lease.operation().id() + "-dead-incoming"), "half");
        Path others = Files.writeString(tmp.resolve("op-" + lease.operation().id() + "1-alive-x"), "whole");
        move();
        assertThat(ours).doesNotExist();
        assertThat(others).exists();
    }

    @Test
    void a_source_that_is_not_what_was_registered_is_not_sent() throws Exception {
        assumeThat(hashesWhatItSends())
                .as("not this method's part: the destination reads back")
                .isTrue();
        Alteration.BIT_IN_THE_MIDDLE.apply(sent());
        assertThatThrownBy(this::move)
                .hasMessageContaining(sentName())
                .hasMessageContaining(transfer.digest().xxHash64().toString())
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.ITEM));
        assertThat(left()).isEmpty();
    }

    @Test
    void a_source_of_another_size_is_not_sent() throws Exception {
        Files.write(sent(), new byte[] {1}, StandardOpenOption.APPEND);
        assertThatThrownBy(this::move)
                .hasMessageContaining(sentName())
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.ITEM));
        assertThat(left()).isEmpty();
    }

    @Test
    void a_missing_source_is_a_failure_of_the_item_that_names_the_file() throws Exception {
        Files.delete(sent());
        assertThatThrownBy(this::move)
                .hasMessageContaining(sentName())
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.ITEM));
        assertThat(left()).isEmpty();
    }

    @Test
    void a_destination_that_is_not_there_is_a_failure_of_the_location() throws Exception {
        takeAwayDestination();
        assertThatThrownBy(this::move)
                .hasMessageContaining(destinationName())
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.LOCATION));
        assertThat(destination()).doesNotExist();
    }

    @Test
    void an_interruption_leaves_nothing_behind() throws Exception {
        byte[] content = new byte[32 << 20];
        new Random(1).nextBytes(content);
        withContent(content);
        Thread.currentThread().interrupt();
        assertThatThrownBy(this::move)
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.PLATFORM));
        Thread.interrupted();
        assertThat(left()).isEmpty();
    }

    @Test
    void an_attempt_whose_lease_is_gone_makes_no_name() throws Exception {
        Files.createDirectories(arrived().getParent());
        TestKernel.takeAway(database, operations, lease);
        Thread.interrupted();
        assertThatThrownBy(this::move).hasMessageContaining("the lease is gone");
        assertThat(left()).isEmpty();
    }
}
