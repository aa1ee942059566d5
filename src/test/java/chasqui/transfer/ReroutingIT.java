package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.link.LinkPauses;
import chasqui.link.LinkSettings;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages whose first archive is not reached for too long. */
class ReroutingIT {
    private static final String QUEUE = "ccat_buffer_data_transfer";

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final OperationStore operations = TestKernel.of(database.jdbi(), new TransferEffects());
    private final Locations locations = new Locations(database.jdbi());
    private final TransferSettings settings =
            new TransferSettings("cp", LinkSettings.DEFAULT, new StallLimit(Duration.ofMinutes(1)));
    private final TransferManager manager = new TransferManager(database.jdbi(), locations, settings);
    private final TransferWorker worker = new TransferWorker(database.jdbi(), operations, locations, settings);
    private TestTransfers.Assembled assembled;

    @BeforeEach
    void a_package_for_cologne_and_then_us(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        assembled = packages.assembled(List.of(packages.buffered("ccat", 1000)), "cologne", "us");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void pausedFor(String to, Duration time) {
        new LinkPauses(database.jdbi()).pause("ccat", to, "maria", "the antenna is being moved");
        database.execute("""
                UPDATE link SET paused_since = clock_timestamp() - make_interval(secs => %d)
                 WHERE destination_site_id = (SELECT id FROM site WHERE short_name = '%s')
                """.formatted(time.toSeconds(), to));
    }

    private List<String> transfers() {
        return database.values("""
                SELECT s.short_name || CASE WHEN t.is_primary THEN ' first' ELSE '' END || ' ' || t.status
                       || coalesce(' waits for ' || t.waits_for, '')
                  FROM data_transfer t JOIN site s ON s.id = t.destination_site_id ORDER BY t.id
                """);
    }

    private static final List<String> UNCHANGED =
            List.of("cologne first PENDING", "us PENDING waits for primary transfer");

    @Test
    void a_package_goes_elsewhere_first_and_is_sent_on_from_there() throws Exception {
        pausedFor("cologne", Duration.ofMinutes(61));
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(transfers()).containsExactly("cologne PENDING waits for primary transfer", "us first SCHEDULED");
        assertThat(database.value(
                        "SELECT s.short_name FROM data_transfer_package d JOIN site s ON s.id = d.primary_site_id"))
                .isEqualTo("us");
        assertThat(database.values("SELECT DISTINCT physical_copy_id FROM copy_use"))
                .as("both still protect the copy at the origin")
                .containsExactly(Long.toString(assembled.copyId()));
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("2");
        Lease lease = operations.claim(QUEUE).orElseThrow();
        Transfer transfer = worker.prepare(lease);
        assertThat(transfer.destination().label()).isEqualTo("us/buffer");
        new CopyMethod().move(lease, transfer);
        worker.sent(lease, transfer);
        assertThat(manager.findWork()).as("cologne still waits for us").isZero();
        assertThat(database.value("SELECT message FROM notification"))
                .startsWith("1 packages go to another archive first, because nothing has reached cologne");
    }

    @Test
    void what_was_parked_for_a_link_that_does_not_answer_goes_elsewhere_too() {
        for (int i = 0; i < LinkSettings.DEFAULT.unhealthyAfter(); i++) {
            manager.findWork();
            operations.fail(operations.claim(QUEUE).orElseThrow(), new Failure(FailureKind.LINK, true, "no route"));
            database.execute("UPDATE operation SET not_before = clock_timestamp()");
        }
        manager.findWork();
        assertThat(transfers()).startsWith("cologne first SCHEDULED");
        database.execute("UPDATE link SET unhealthy_since = unhealthy_since - interval '61 minutes'");
        manager.findWork();
        assertThat(transfers()).containsExactly("cologne PENDING waits for primary transfer", "us first SCHEDULED");
        assertThat(database.value("SELECT status || ' ' || failure_message FROM operation_history"))
                .isEqualTo("CANCELLED its package goes to another archive first");
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("1");
    }

    @Test
    void nothing_changes_before_its_time_or_where_that_is_never() {
        pausedFor("cologne", Duration.ofMinutes(59));
        manager.findWork();
        assertThat(transfers()).isEqualTo(UNCHANGED);
        pausedFor("cologne", Duration.ofDays(3));
        LinkSettings never = new LinkSettings(2, 3, LinkSettings.DEFAULT.probe(), Duration.ZERO);
        new TransferManager(database.jdbi(), locations, new TransferSettings("cp", never, settings.stall())).findWork();
        assertThat(transfers()).isEqualTo(UNCHANGED);
    }

    @Test
    void what_is_under_way_or_was_sent_whole_once_stays() {
        manager.findWork();
        Lease lease = operations.claim(QUEUE).orElseThrow();
        pausedFor("cologne", Duration.ofHours(2));
        manager.findWork();
        assertThat(transfers()).startsWith("cologne first IN_PROGRESS");
        operations.giveBack(lease, "test");
        database.execute("UPDATE data_transfer SET send_count = 1 WHERE is_primary");
        manager.findWork();
        assertThat(transfers()).startsWith("cologne first SCHEDULED");
    }

    @Test
    void without_another_archive_that_is_reached_and_can_send_on_nothing_changes() {
        pausedFor("cologne", Duration.ofHours(2));
        pausedFor("us", Duration.ofMinutes(1));
        manager.findWork();
        assertThat(transfers()).isEqualTo(UNCHANGED);
        new LinkPauses(database.jdbi()).resume("ccat", "us", "maria", null);
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, forbidden)
                SELECT o.id, d.id, true FROM site o, site d WHERE o.short_name = 'us' AND d.short_name = 'cologne'
                """);
        manager.findWork();
        assertThat(transfers()).as("us may not send on to cologne").isEqualTo(UNCHANGED);
        database.execute("UPDATE transfer_route SET active = false");
        database.execute("UPDATE site SET lta_weight = 0 WHERE short_name = 'us'");
        manager.findWork();
        assertThat(transfers()).as("us is never first").isEqualTo(UNCHANGED);
    }

    @Test
    void a_way_over_a_relay_is_a_way() throws Exception {
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, priority, route_type, relay_site_id)
                SELECT o.id, d.id, 200, 'RELAY', r.id FROM site o, site d, site r
                 WHERE o.short_name = 'ccat' AND d.short_name = 'cologne' AND r.short_name = 'us'
                """);
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id)
                SELECT o.id, d.id FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        manager.findWork();
        operations.fail(operations.claim(QUEUE).orElseThrow(), new Failure(FailureKind.LINK, true, "no route"));
        pausedFor("cologne", Duration.ofHours(2));
        assertThat(manager.findWork())
                .as("what is parked for the closed link, too")
                .isEqualTo(1);
        assertThat(transfers()).as("over us").startsWith("cologne first SCHEDULED");
        assertThat(worker.prepare(operations.claim(QUEUE).orElseThrow())
                        .destination()
                        .label())
                .isEqualTo("us/buffer");
    }

    @Test
    void a_claim_that_is_under_way_and_a_rerouting_do_not_wait_for_each_other() throws Exception {
        manager.findWork();
        pausedFor("cologne", Duration.ofHours(2));
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> round = database.jdbi().inTransaction(claim -> {
                claim.execute("SELECT FROM operation FOR UPDATE");
                Future<Integer> begun = other.submit(manager::findWork);
                await().atMost(Duration.ofMinutes(1)).until(() -> database.value("SELECT count(*) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND wait_event_type = 'Lock'")
                        .equals("1"));
                claim.execute("SET LOCAL lock_timeout = '30s'");
                claim.execute("UPDATE data_transfer SET status = 'IN_PROGRESS' WHERE is_primary");
                claim.execute("""
                        UPDATE operation SET status = 'IN_PROGRESS', lease_token = gen_random_uuid(), lease_owner = 'test',
                               lease_expires_at = clock_timestamp() + interval '1 minute'
                        """);
                return begun;
            });
            assertThat(round.get()).isZero();
        } finally {
            other.shutdownNow();
        }
        assertThat(transfers()).startsWith("cologne first IN_PROGRESS");
    }
}
