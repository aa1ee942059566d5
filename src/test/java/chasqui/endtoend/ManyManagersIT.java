package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.storage.Progress;
import chasqui.testing.Installation;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Three managers that look for the same work, none of which is needed as long as another lives. */
class ManyManagersIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int NIGHTS_AT_ONCE = 8;
    /** Key of the lock that a test holds while no operation can be recorded. */
    private static final int GATE = 4711;

    private static final int FILES_OF_A_NIGHT = 3;

    @RegisterExtension
    final Installation installation = new Installation();

    private final TestDatabase database = new TestDatabase();
    private final List<String> alive = new ArrayList<>(List.of("one", "two", "three"));
    private Path folder;
    private int nights;

    @BeforeEach
    void three_managers_and_a_worker(@TempDir Path temporary) throws Exception {
        folder = temporary.toRealPath();
        TestTopology.on(database.jdbi(), folder.resolve("sites"));
        database.execute("""
                CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_advisory_xact_lock_shared(%d); RETURN NULL; END $$;
                CREATE TRIGGER gate BEFORE INSERT ON operation EXECUTE FUNCTION wait_at_gate();
                """.formatted(GATE));
        installation.at(
                folder.resolve("nodes"),
                Map.of(
                        "chasqui.database.url", database.url(),
                        "chasqui.manager.interval", "100ms",
                        "chasqui.worker.look", "200ms",
                        "chasqui.worker.concurrency", "4",
                        "chasqui.transfer.method", "cp",
                        "chasqui.assembly.max-wait", "0s",
                        "chasqui.deletion.retention.source", "0s"),
                Map.of());
        for (String manager : alive) {
            // So that the server can tell whose connections they are.
            String url = database.url() + "&ApplicationName=" + manager;
            installation.start(manager, "manager", "*/*", Map.of("chasqui.database.url", url));
        }
        installation.start("worker", "worker", "*/*");
        installation.awaitHealthy();
    }

    @AfterEach
    void close() throws Exception {
        installation.close();
        database.close();
    }

    private void observe() throws Exception {
        Filing filing = new Filing(database.jdbi(), new Locations(database.jdbi()));
        for (int i = 0; i < NIGHTS_AT_ONCE; i++) {
            nights++;
            Path night = Files.createDirectories(
                    folder.resolve("sites/ccat/telescope_computer").resolve("night-" + nights));
            for (int file = 0; file < FILES_OF_A_NIGHT; file++) {
                Files.writeString(night.resolve("file-" + file), nights + " " + file);
            }
            filing.file(new FilingRequest(night, "camera", null, "night-" + nights, true), Progress.NONE);
        }
    }

    private void kill(String manager) throws Exception {
        installation.node(manager).kill();
        alive.remove(manager);
    }

    /** SIGKILL of whoever has recorded packages and is about to record their operations. */
    private void killWhoeverFindsIt() throws Exception {
        try (Handle gate = database.jdbi().open()) {
            gate.begin();
            gate.execute("SELECT pg_advisory_xact_lock(" + GATE + ")");
            observe();
            await().atMost(LIMIT).until(() -> !finding().isEmpty());
            kill(finding().get(0));
            gate.rollback();
        }
    }

    private List<String> finding() {
        return database.values("SELECT application_name FROM pg_stat_activity WHERE wait_event = 'advisory'"
                + " AND application_name IN ('"
                + String.join("','", alive) + "')");
    }

    private void awaitFoundOnce() {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(database.values(
                        "SELECT DISTINCT count(*) OVER (PARTITION BY u.name) || ' ' || p.file_count || ' '"
                                + " || (SELECT count(*) FROM operation o WHERE o.raw_data_package_id = p.id AND o.status IN ('PENDING', 'SCHEDULED'))"
                                + " FROM executed_observation_unit u"
                                + " LEFT JOIN raw_data_package p ON p.executed_observation_unit_id = u.id"))
                .as("packages of a night, their files, and operations that wait for a worker")
                .containsExactly("1 " + FILES_OF_A_NIGHT + " 1"));
    }

    @Test
    void whichever_managers_die_and_while_every_worker_is_away_all_is_found_and_nothing_twice() throws Exception {
        installation.node("worker").terminate();
        killWhoeverFindsIt();
        awaitFoundOnce();
        killWhoeverFindsIt();
        awaitFoundOnce();

        String last = alive.get(0);
        for (String dead : List.of("one", "two", "three")) {
            if (!alive.contains(dead)) {
                installation.node(dead).start();
            }
        }
        observe();
        awaitFoundOnce();
        installation.node("worker").start();
        kill(last);
        observe();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(database.value("""
                        SELECT (SELECT count(*) FROM raw_data_package WHERE state = 'ARCHIVED') || ' archived, '
                               || (SELECT count(*) FROM operation) || ' to do, '
                               || (SELECT count(*) FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                                    WHERE l.location_type = 'LONG_TERM_ARCHIVE' AND c.state = 'PRESENT') || ' copies'
                        """))
                .isEqualTo(nights + " archived, 0 to do, " + 2 * nights + " copies"));
        assertThat(database.values("SELECT type || ' ' || subject_id FROM operation_history"
                        + " GROUP BY type, subject_id, data_location_id HAVING count(*) > 1"))
                .as("found twice")
                .isEmpty();
        assertThat(database.values("SELECT DISTINCT status || ' ' || attempt FROM operation_history"))
                .containsExactly("COMPLETED 0");
    }
}
