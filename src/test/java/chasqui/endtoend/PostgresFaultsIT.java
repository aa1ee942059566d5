package chasqui.endtoend;

import static org.awaitility.Awaitility.await;

import chasqui.database.Database;
import chasqui.embedded.RestartablePostgres;
import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import chasqui.testing.LossyLink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service at work while its PostgreSQL has a bad day, of which its own transfers end in the middle: nothing is charged to
 * the work, nothing is done twice or forgotten, all goes on by itself, and health says meanwhile what is the matter.
 */
class PostgresFaultsIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    private static Path folder;

    private static RestartablePostgres postgres;
    private static LossyLink link;
    private static Database outside;
    private static Foundation foundation;
    private static Service service;
    private static WorkInHand work;

    @BeforeAll
    static void start() throws Exception {
        postgres = RestartablePostgres.start(Files.createDirectory(folder.resolve("postgres")), "max_connections=40");
        link = new LossyLink(postgres.port());
        Map<String, String> set = new HashMap<>(postgres.settings());
        set.put("chasqui.database.url", "jdbc:postgresql://127.0.0.1:" + link.port() + "/chasqui");
        set.put("chasqui.database.answer", "5s");
        work = new WorkInHand(folder.resolve("data"), set);
        foundation = Foundation.open(work.settings());
        work.topology(foundation.database().jdbi());
        service = Service.start(foundation, work.settings());
        outside = Database.connect(postgres.settings().get("chasqui.database.url"), "chasqui", "", 2);
    }

    @AfterAll
    static void stop() throws Exception {
        if (service != null) {
            service.close();
        }
        foundation.close();
        outside.close();
        link.close();
        postgres.close();
    }

    @BeforeEach
    void beginTransfers() throws Exception {
        work.begin(outside.jdbi());
    }

    @Test
    void restarts_are_charged_to_nobody() throws Exception {
        postgres.stop("INT");
        work.letGo();
        work.awaitUnhealthy("PostgreSQL does not answer", "since 20");
        postgres.run();
        work.awaitBeat(postgres);
        postgres.stop("QUIT");
        postgres.run();
        work.awaitEverythingDoneOnce(outside.jdbi());
    }

    @Test
    void a_server_that_takes_no_writes_is_waited_for() throws Exception {
        postgres.administer("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
        work.awaitUnhealthy("PostgreSQL takes no writes", "since 20");
        work.letGo();
        work.awaitNothingUnderWay();
        postgres.administer(
                "SET default_transaction_read_only = off",
                "ALTER SYSTEM RESET default_transaction_read_only",
                "SELECT pg_reload_conf()");
        work.awaitEverythingDoneOnce(outside.jdbi());
    }

    @Test
    void without_a_free_connection_the_work_waits_for_one() throws Exception {
        List<Connection> taken = new ArrayList<>();
        try {
            Awaitility.await().atMost(LIMIT).until(() -> takeEvery(taken));
            work.awaitUnhealthy("PostgreSQL has no connection left for us", "since 20");
            work.letGo();
            work.awaitNothingUnderWay();
        } finally {
            for (Connection one : taken) {
                one.close();
            }
        }
        work.awaitEverythingDoneOnce(outside.jdbi());
    }

    /** @return whether the service has none left */
    private static boolean takeEvery(List<Connection> taken) throws SQLException {
        postgres.administer(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'chasqui'");
        try {
            while (true) {
                taken.add(postgres.connect());
            }
        } catch (SQLException full) {
            return postgres.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'chasqui'")
                    .equals("0");
        }
    }

    @Test
    void a_server_that_answers_late_lets_no_work_look_stalled() throws Exception {
        postgres.freeze();
        try {
            work.letGo();
            work.awaitUnhealthy("PostgreSQL does not answer", "since 20");
            // Longer than a lease, an answer and a stall may take.
            await().pollDelay(Duration.ofSeconds(13)).atMost(LIMIT).until(() -> true);
        } finally {
            postgres.thaw();
        }
        work.awaitEverythingDoneOnce(outside.jdbi());
    }

    @Test
    void a_link_that_loses_everything_holds_up_no_beat_once_it_is_back() throws Exception {
        link.cut();
        work.letGo();
        work.awaitUnhealthy("PostgreSQL does not answer", "since 20");
        link.mend();
        work.awaitBeat(postgres);
        work.awaitEverythingDoneOnce(outside.jdbi());
    }

    @Test
    void a_full_disk_of_the_server_is_no_fault_of_the_work() throws Exception {
        // Stands in for a full file system: the error that PostgreSQL gives then.
        outside.jdbi().useHandle(db -> db.execute("""
                CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
                END $$;
                CREATE TRIGGER no_space BEFORE INSERT OR UPDATE OR DELETE ON operation
                    FOR EACH STATEMENT EXECUTE FUNCTION no_space();
                """));
        try {
            work.awaitUnhealthy("PostgreSQL's disk is full", "since 20");
            work.letGo();
            work.awaitNothingUnderWay();
        } finally {
            outside.jdbi().useHandle(db -> db.execute("DROP TRIGGER no_space ON operation; DROP FUNCTION no_space"));
        }
        work.awaitEverythingDoneOnce(outside.jdbi());
    }
}
