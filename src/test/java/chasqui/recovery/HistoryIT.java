package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.testing.FinishedPast;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The months of the past: made ahead, filled with what is finished, and gone as a whole. */
class HistoryIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String MONTHS = """
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'operation_history'::regclass ORDER BY 1
            """;

    private final TestDatabase database = new TestDatabase();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        threads.shutdownNow();
        database.close();
    }

    private String month(int ahead) {
        return database.value("SELECT to_char((now() AT TIME ZONE 'UTC') + make_interval(months => %d), '_YYYY_MM')"
                .formatted(ahead));
    }

    private void drop(int ahead) {
        database.execute("DROP TABLE operation_history%1$s; DROP TABLE operation_attempt%1$s".formatted(month(ahead)));
    }

    /** One finished operation with one attempt, that many months ago. */
    private void finished(Handle db, int monthsAgo) {
        db.execute("""
                INSERT INTO operation_history (id, type, data_location_id, queue, subject_id, priority, status, attempt, stalls,
                            created_at, finished_at, bytes_done)
                SELECT 1, 'deletion', 1, 'q', 1, 1, 'COMPLETED', 0, 0, at, at, 0
                  FROM (SELECT now() - make_interval(months => %1$d) AS at) a;
                INSERT INTO operation_attempt (operation_id, attempt, node, lease_token, started_at, ended_at, outcome)
                SELECT 1, 0, 'n', gen_random_uuid(), at, at, 'COMPLETED' FROM (SELECT now() - make_interval(months => %1$d) AS at) a;
                """.formatted(monthsAgo));
    }

    private void finished(int monthsAgo) {
        database.jdbi().useHandle(db -> finished(db, monthsAgo));
    }

    private String where(String table) {
        return database.value("SELECT string_agg(DISTINCT tableoid::regclass::text, ',') FROM " + table);
    }

    @Test
    void this_month_and_the_next_two_are_there_from_the_first_start_and_are_made_again_only_when_missing() {
        assertThat(database.values(MONTHS))
                .containsExactlyInAnyOrder(
                        "operation_history" + month(0),
                        "operation_history" + month(1),
                        "operation_history" + month(2),
                        "operation_history_default");
        assertThat(database.value("SELECT prepare_history(2)")).isEqualTo("0");
        assertThat(database.value("SELECT prepare_history(4)")).isEqualTo("4");
    }

    @Test
    void months_are_those_of_utc_whatever_the_time_zone_of_the_session_that_makes_them() {
        drop(1);
        database.jdbi().useHandle(db -> {
            db.execute("SET timezone = 'Pacific/Kiritimati'");
            db.execute("SELECT prepare_history(2)");
            db.execute("RESET timezone");
        });
        drop(0);
        database.jdbi().useHandle(db -> {
            db.execute("SET timezone = 'America/Santiago'");
            db.execute("SELECT prepare_history(2)");
            db.execute("RESET timezone");
        });
        assertThat(database.values("""
                SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE c.relname ~ '_[0-9]{4}_[0-9]{2}$'
                """))
                .hasSize(6)
                .allMatch(
                        bounds -> bounds.matches(
                                "FOR VALUES FROM \\('\\d{4}-\\d\\d-01 00:00:00\\+00'\\) TO \\('\\d{4}-\\d\\d-01 00:00:00\\+00'\\)"),
                        "first days in UTC");
    }

    @Test
    void what_was_finished_while_its_month_was_missing_moves_into_it() {
        drop(0);
        finished(0);
        assertThat(where("operation_history")).isEqualTo("operation_history_default");
        database.execute("SELECT prepare_history(2)");
        assertThat(where("operation_history")).isEqualTo("operation_history" + month(0));
        assertThat(where("operation_attempt")).isEqualTo("operation_attempt" + month(0));
    }

    @Test
    void who_dies_while_it_makes_a_month_has_changed_nothing_and_the_next_one_makes_it() throws Exception {
        drop(0);
        finished(0);
        // It has made the table, and waits to lock what is to move.
        try (Handle reader = database.jdbi().open()) {
            reader.begin();
            finished(reader, 0);
            Future<?> dying = threads.submit(() -> database.execute("SELECT prepare_history(2)"));
            await().atMost(LIMIT).until(() -> waiting().size() == 1);
            database.execute(
                    "SELECT pg_terminate_backend(%s)".formatted(waiting().get(0)));
            assertThatThrownBy(dying::get)
                    .hasStackTraceContaining("terminating connection due to administrator command");
            reader.commit();
        }
        assertThat(database.values(MONTHS)).doesNotContain("operation_history" + month(0));
        assertThat(database.value("SELECT count(*) FROM operation_history_default"))
                .isEqualTo("2");
        database.execute("SELECT prepare_history(2)");
        assertThat(database.value("SELECT count(*) FROM operation_history" + month(0)))
                .isEqualTo("2");
        assertThat(database.value("SELECT count(*) FROM operation_history_default"))
                .isEqualTo("0");
    }

    private List<String> waiting() {
        return database.values(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
    }

    @Test
    void monitors_that_look_after_the_past_at_the_same_time_do_it_once(@TempDir Path folder) throws Exception {
        drop(0);
        drop(1);
        finished(0);
        finished(30);
        List<? extends Future<?>> monitors = IntStream.range(0, 4)
                .mapToObj(i -> threads.submit(() -> {
                    for (int round = 0; round < 5; round++) {
                        database.execute("SELECT prepare_history(6)");
                        database.execute("SELECT * FROM forget_history(86400 * 365, 100)");
                    }
                }))
                .toList();
        for (Future<?> monitor : monitors) {
            monitor.get();
        }
        assertThat(database.values(MONTHS)).hasSize(8);
        assertThat(where("operation_history")).isEqualTo("operation_history" + month(0));
        assertThat(database.value("SELECT count(*) FROM operation_attempt")).isEqualTo("1");
    }

    @Test
    void months_older_than_what_is_to_be_kept_go_and_the_others_stay(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        FinishedPast.operations(database, 1000);
        List<String> before = database.values(MONTHS);
        assertThat(database.values("SELECT forgotten FROM forget_history(0, 100)"))
                .as("kept for ever")
                .isEmpty();
        List<String> gone = database.values("SELECT forgotten FROM forget_history(86400 * 100, 100)");
        assertThat(gone).hasSizeBetween(16, 20).noneMatch(name -> name.endsWith(month(0)) || name.endsWith(month(-2)));
        assertThat(database.values(MONTHS)).hasSize(before.size() - gone.size() / 2);
        assertThat(
                        database.value(
                                "SELECT count(*) > 250 AND min(finished_at) > now() - interval '135 days' FROM operation_history"))
                .isEqualTo("t");
    }

    @Test
    void what_lies_in_no_month_and_is_too_old_goes_a_batch_at_a_time() {
        IntStream.range(0, 5).forEach(i -> finished(30));
        finished(4);
        assertThat(database.values("SELECT rows FROM forget_history(86400 * 365, 3)"))
                .containsExactly("3", "3");
        assertThat(database.values("SELECT rows FROM forget_history(86400 * 365, 3)"))
                .containsExactly("2", "2");
        assertThat(database.values("SELECT rows FROM forget_history(86400 * 365, 3)"))
                .isEmpty();
        assertThat(database.value("SELECT count(*) FROM operation_history")).isEqualTo("1");
    }

    @Test
    void a_month_that_somebody_reads_is_left_for_the_next_round_and_holds_nobody_up_for_long() {
        database.execute("SELECT ensure_history_partitions((now() - interval '9 months')::date)");
        try (Handle reader = database.jdbi().open()) {
            reader.begin();
            reader.execute("SELECT count(*) FROM operation_history");
            assertThatThrownBy(() -> database.execute("SELECT * FROM forget_history(86400 * 100, 3)"))
                    .hasMessageContaining("lock timeout");
            finished(0);
            reader.commit();
        }
        assertThat(database.values("SELECT forgotten FROM forget_history(86400 * 100, 3)"))
                .hasSize(2);
    }
}
