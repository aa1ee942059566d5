package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.storage.Progress;
import chasqui.testing.Installation;
import chasqui.testing.Program;
import chasqui.testing.ServiceProcess;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Processes that may not enter the register of nodes, and one that takes over from its dead incarnation. */
class RefusedNodesIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** As documented: another start may succeed although nothing was changed on this machine. */
    private static final int FAILED = 1;

    /** As documented: it cannot, and the service manager does not try. */
    private static final int REFUSED = 2;

    @RegisterExtension
    final Installation installation = new Installation();

    private final TestDatabase database = new TestDatabase();
    private Path folder;

    @BeforeEach
    void three_sites_where_no_lease_ends_by_itself(@TempDir Path temporary) throws Exception {
        folder = temporary.toRealPath();
        TestTopology.on(database.jdbi(), folder.resolve("sites"));
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, route_type, rate_limit_bytes_per_second)
                SELECT o.id, d.id, 'CUSTOM', 10000 FROM site o, site d WHERE o.short_name = 'ccat' AND o.id <> d.id
                """);
        installation.at(
                folder.resolve("nodes"),
                Map.of(
                        "chasqui.database.url", database.url(),
                        "chasqui.lease.duration", "1h",
                        "chasqui.lease.renew", "1s",
                        "chasqui.transfer.method", "cp",
                        "chasqui.assembly.target-size", "1kB",
                        "chasqui.assembly.max-wait", "0s"),
                Map.of());
    }

    @AfterEach
    void close() throws Exception {
        installation.close();
        database.close();
    }

    private void observe() throws Exception {
        Path night = Files.createDirectories(folder.resolve("sites/ccat/telescope_computer/night"));
        Files.write(night.resolve("file"), new byte[3_000_000]);
        new Filing(database.jdbi(), new Locations(database.jdbi()))
                .file(new FilingRequest(night, "camera", null, "night", true), Progress.NONE);
    }

    private List<String> held() {
        return database.values("SELECT lease_token::text FROM operation WHERE status = 'IN_PROGRESS'"
                + " AND type = 'data_transfer' AND lease_owner = 'one'");
    }

    @Test
    void a_second_process_of_one_name_is_refused_and_the_next_one_has_the_dead_ones_work_at_once() throws Exception {
        // No role monitor: nobody else puts back what the dead one had.
        ServiceProcess one = installation.start("one", "manager,worker", "*/*").awaitHealthy();
        observe();
        await().atMost(LIMIT).until(() -> !held().isEmpty());
        List<String> held = held();

        ServiceProcess twin = installation.start("twin", "manager,worker", "*/*", Map.of("chasqui.node.name", "one"));
        Program.Ended refused = twin.ended();
        assertThat(refused.exit()).as(twin.log()).isEqualTo(FAILED);
        assertThat(refused.err())
                .contains("a node named one runs already: process " + one.pid() + " on "
                        + database.value("SELECT host FROM node"))
                .contains("chasqui.node.name");
        assertThat(one.healthy()).isTrue();
        assertThat(held()).as("left alone").containsExactlyElementsOf(held);
        assertThat(database.value("SELECT process_id FROM node")).isEqualTo(Long.toString(one.pid()));

        one.kill();
        database.execute("UPDATE transfer_route SET rate_limit_bytes_per_second = NULL");
        one.start();
        await().atMost(LIMIT)
                .until(() -> database.value("SELECT count(*) FROM raw_data_package WHERE state = 'ARCHIVED'")
                        .equals("1"));
        assertThat(one.log()).contains(held.size() + " operations of an earlier incarnation of one are back");
        assertThat(database.values("SELECT outcome FROM operation_attempt WHERE lease_token IN ('"
                        + String.join("','", held) + "')"))
                .containsOnly("STALLED")
                .hasSameSizeAs(held);
    }

    @Test
    void a_process_that_does_not_belong_to_the_schema_is_refused_and_says_what_to_do() throws Exception {
        database.execute("""
                INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by,
                            execution_time, success)
                VALUES (1000, '999', 'later', 'SQL', 'V999__later.sql', 1, 'postgres', 1, true)
                """);
        ServiceProcess older = installation.start("older", "manager,worker,monitor,api", "*/*");
        Program.Ended refused = older.ended();
        assertThat(refused.exit()).as(older.log()).isEqualTo(REFUSED);
        assertThat(refused.err())
                .contains("version 999, made by a newer version of Chasqui")
                .contains("install the version that the other nodes run");

        String last = database.value("SELECT max(version) FROM flyway_schema_history WHERE version < '999'");
        database.execute("DELETE FROM flyway_schema_history WHERE version IN ('999', '" + last + "')");
        ServiceProcess newer = installation.start("newer", "worker", "*/*");
        Program.Ended early = newer.ended();
        assertThat(early.exit()).as(newer.log()).isEqualTo(FAILED);
        assertThat(early.err())
                .contains("this version of Chasqui wants version " + last)
                .contains("start a node of this version with the role manager first");
        assertThat(database.values("SELECT name FROM node")).isEmpty();
    }
}
