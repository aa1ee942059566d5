package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.link.LinkSettings;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.recovery.FailureClassifier;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransferIT {
    private static final String QUEUE = "ccat_buffer_data_transfer";

    @TempDir
    Path folder;

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final TransferSettings settings = new TransferSettings(
            "cp",
            new LinkSettings(100, 3, LinkSettings.DEFAULT.probe(), Duration.ZERO),
            new StallLimit(Duration.ofMinutes(1)));
    private final OperationStore operations = TestKernel.of(database.jdbi(), new TransferEffects());
    private final Locations locations = new Locations(database.jdbi());
    private final TransferManager manager =
            new TransferManager(database.jdbi(), new Locations(database.jdbi()), settings);
    private final TransferWorker worker = new TransferWorker(database.jdbi(), operations, locations, settings);

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private TestTransfers.Assembled assembled(String... sites) throws Exception {
        return packages.assembled(List.of(packages.buffered("ccat", 3000, 10)), sites);
    }

    private Lease claim(String queue) {
        return operations.claim(queue).orElseThrow();
    }

    private Transfer send(String queue) throws Exception {
        Lease lease = claim(queue);
        Transfer transfer = worker.prepare(lease);
        new CopyMethod().move(lease, transfer);
        worker.sent(lease, transfer);
        return transfer;
    }

    private String status(long transfer) {
        return database.value("SELECT status || CASE WHEN sent_at IS NULL THEN '' ELSE ' sent' END"
                + " FROM data_transfer WHERE id = " + transfer);
    }

    @Test
    void a_primary_is_sent_and_then_waits_to_be_unpacked() throws Exception {
        TestTransfers.Assembled assembled = assembled("cologne", "us");
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(status(assembled.transfers().get(0))).isEqualTo("SCHEDULED");
        assertThat(manager.findWork()).as("it is found once").isZero();
        Transfer sent = send(QUEUE);
        assertThat(sent.incoming()).hasSameBinaryContentAs(assembled.file());
        assertThat(sent.incomingName()).isEqualTo(assembled.name() + "-" + sent.id() + "-1");
        assertThat(status(sent.id())).isEqualTo("PENDING sent");
        assertThat(manager.findWork()).as("the secondary still waits").isZero();
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("2");
        assertThat(database.value("SELECT bytes_done FROM operation_history"))
                .isEqualTo(Long.toString(assembled.digest().sizeBytes()));
    }

    @Test
    void primaries_go_before_secondaries_within_a_round() throws Exception {
        TestTransfers.Assembled first = assembled("cologne", "us");
        database.execute("UPDATE data_transfer SET waits_for = NULL");
        TestTransfers.Assembled second = assembled("us");
        assertThat(manager.findWork()).isEqualTo(3);
        assertThat(List.of(
                        claim(QUEUE).operation().subjectId(),
                        claim(QUEUE).operation().subjectId()))
                .containsExactlyInAnyOrder(
                        first.transfers().get(0), second.transfers().get(0));
        assertThat(claim(QUEUE).operation().subjectId())
                .isEqualTo(first.transfers().get(1));
    }

    @Test
    void a_manager_takes_as_many_statements_for_two_hundred_transfers_as_for_one() throws Exception {
        manager.findWork();
        assembled("cologne");
        int few = TestKernel.statements(database.jdbi(), manager::findWork);
        TestTransfers.Assembled original = assembled("cologne");
        database.execute("""
                WITH p AS (INSERT INTO data_transfer_package (name, buffer_location_id, instrument_id, primary_site_id, status, package_count,
                                  content_bytes, size_bytes, xxh64)
                           SELECT 'dtp-many-' || n, buffer_location_id, instrument_id, primary_site_id, status, 1, 1, size_bytes, xxh64
                             FROM data_transfer_package, generate_series(1, 200) n WHERE id = %d RETURNING id, name),
                     c AS (INSERT INTO physical_copy (data_transfer_package_id, data_location_id, path, size_bytes, checksum)
                           SELECT p.id, o.data_location_id, 'dtp/' || p.name, o.size_bytes, o.checksum
                             FROM p, physical_copy o WHERE o.id = %d)
                INSERT INTO data_transfer (data_transfer_package_id, destination_site_id, is_primary)
                SELECT p.id, s.id, true FROM p, site s WHERE s.short_name = 'us'
                """.formatted(original.id(), original.copyId()));
        int many = TestKernel.statements(database.jdbi(), manager::findWork);
        assertThat(database.value("SELECT count(*) FROM operation"))
                .as("one, another, and a hundred over the other link")
                .isEqualTo("102");
        assertThat(many).isEqualTo(few).isLessThanOrEqualTo(17);
    }

    @Test
    void any_number_of_managers_record_each_transfer_once() throws Exception {
        for (int i = 0; i < 20; i++) {
            assembled("cologne");
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Integer>> rounds = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                rounds.add(manager::findWork);
            }
            int recorded = 0;
            for (Future<Integer> round : threads.invokeAll(rounds)) {
                recorded += round.get();
            }
            assertThat(recorded + manager.findWork()).isEqualTo(20);
        } finally {
            threads.shutdown();
        }
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("20");
    }

    @Test
    void a_secondary_is_sent_from_the_copy_that_is_left() throws Exception {
        TestTransfers.Assembled assembled = assembled("cologne", "us");
        database.execute("UPDATE data_transfer SET waits_for = NULL, origin_location_id = ("
                + "SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = 'cologne' AND l.name = 'buffer')"
                + " WHERE NOT is_primary");
        manager.findWork();
        assertThat(database.values("SELECT queue FROM operation")).containsOnly(QUEUE);
        assertThat(database.value("SELECT physical_copy_id FROM copy_use WHERE data_transfer_id = "
                        + assembled.transfers().get(1)))
                .isEqualTo(Long.toString(assembled.copyId()));
    }

    @Test
    void a_route_chooses_method_and_destination_and_who_fetches() throws Exception {
        TestTopology.location(database.jdbi(), folder, "cologne", "second_buffer", "BUFFER");
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, method, pull, destination_location_id)
                SELECT o.id, d.id, 'special', true, l.id
                  FROM site o, site d JOIN data_location l ON l.site_id = d.id AND l.name = 'second_buffer'
                 WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        assembled("cologne");
        manager.findWork();
        Lease lease = claim("cologne_second_buffer_data_transfer");
        Transfer transfer = worker.prepare(lease);
        assertThat(transfer.method()).isEqualTo("special");
        assertThat(transfer.destination().label()).isEqualTo("cologne/second_buffer");
    }

    @Test
    void what_may_not_or_cannot_go_waits_and_goes_when_it_may() throws Exception {
        assembled("cologne");
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, forbidden)
                SELECT o.id, d.id, true FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        assertThat(manager.findWork()).isZero();
        database.execute("UPDATE transfer_route SET active = false");
        database.execute("UPDATE data_location SET active = false WHERE name = 'buffer'");
        assertThat(manager.findWork()).isZero();
        database.execute("UPDATE data_location SET active = true");
        assertThat(manager.findWork()).isEqualTo(1);
    }

    @Test
    void a_destination_that_was_switched_off_meanwhile_is_replaced_by_the_next() throws Exception {
        TestTopology.location(database.jdbi(), folder, "cologne", "second_buffer", "BUFFER");
        database.execute("UPDATE data_location SET priority = 200 WHERE name = 'second_buffer'");
        TestTransfers.Assembled assembled = assembled("cologne");
        manager.findWork();
        database.execute("UPDATE data_location SET active = false WHERE name = 'buffer' AND site_id = "
                + "(SELECT id FROM site WHERE short_name = 'cologne')");
        locations.refresh();
        assertThat(worker.prepare(claim(QUEUE))).isNull();
        assertThat(status(assembled.transfers().get(0))).isEqualTo("PENDING");
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(send(QUEUE).destination().name()).isEqualTo("second_buffer");
    }

    @Test
    void a_file_that_vanished_is_recorded_as_missing_and_without_another_copy_the_transfer_fails_clearly()
            throws Exception {
        TestTransfers.Assembled assembled = assembled("cologne");
        manager.findWork();
        Files.delete(assembled.file());
        assertThat(worker.prepare(claim(QUEUE))).isNull();
        assertThat(database.value("SELECT state FROM physical_copy WHERE id = " + assembled.copyId()))
                .isEqualTo("MISSING");
        assertThat(manager.findWork()).as("it waits, as it can be built again").isZero();
        database.execute("UPDATE physical_copy SET state = 'MISSING' WHERE raw_data_package_id IS NOT NULL");
        assertThat(manager.findWork()).isEqualTo(1);
        Lease lease = claim(QUEUE);
        assertThatThrownBy(() -> worker.prepare(lease))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.retryable()).isFalse())
                .hasMessageContaining("no readable copy of " + assembled.name());
        operations.fail(lease, FailureClassifier.classify(new ChasquiException(FailureKind.ITEM, false, "told")));
        assertThat(status(assembled.transfers().get(0))).isEqualTo("FAILED");
        assertThat(database.value("SELECT message FROM notification WHERE cause LIKE 'failed:%'"))
                .isEqualTo("told");
    }

    @Test
    void a_buffer_that_is_not_mounted_is_a_failure_of_the_location_and_no_copy_is_called_missing() throws Exception {
        TestTransfers.Assembled assembled = assembled("cologne");
        manager.findWork();
        Files.move(packages.root("ccat", "buffer"), folder.resolve("unmounted"));
        Files.createDirectory(packages.root("ccat", "buffer"));
        Lease lease = claim(QUEUE);
        Transfer transfer = worker.prepare(lease);
        assertThatThrownBy(() -> new CopyMethod().move(lease, transfer))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION));
        assertThat(database.value("SELECT state FROM physical_copy WHERE id = " + assembled.copyId()))
                .isEqualTo("PRESENT");
        operations.giveBack(lease, "test");
        assertThat(status(assembled.transfers().get(0))).isEqualTo("SCHEDULED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRESENT", "DELETION_SCHEDULED", "DELETION_IN_PROGRESS", "SUSPECT"})
    void a_destination_that_lost_its_mount_is_not_filled_beneath_the_mount_point(String state) throws Exception {
        assembled("cologne");
        manager.findWork();
        database.execute("""
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum, state)
                SELECT p.id, l.id, 'rdp/x.tar', 1, p.xxh64, '%s' FROM raw_data_package p, data_location l JOIN site s ON s.id = l.site_id
                 WHERE s.short_name = 'cologne' AND l.name = 'buffer'
                """.formatted(state));
        Lease lease = claim(QUEUE);
        assertThatThrownBy(() -> worker.prepare(lease))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION));
    }

    @Test
    void what_failed_for_good_is_sent_when_a_human_retries_its_operation() throws Exception {
        TestTransfers.Assembled assembled = assembled("cologne");
        manager.findWork();
        operations.fail(claim(QUEUE), FailureClassifier.classify(new ChasquiException(FailureKind.ITEM, false, "no")));
        assertThat(database.value("SELECT count(*) FROM copy_use"))
                .as("a retry may still want its source")
                .isEqualTo("1");
        database.execute("UPDATE operation SET status = 'PENDING', finished_at = NULL, attempt = 0");
        send(QUEUE);
        assertThat(status(assembled.transfers().get(0))).isEqualTo("PENDING sent");
    }
}
