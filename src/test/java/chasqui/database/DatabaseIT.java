package chasqui.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.DatabaseTrouble;
import chasqui.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatabaseIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestDatabase database = new TestDatabase();

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void a_current_schema_is_left_alone() {
        assertThat(database.database().migrate()).isZero();
    }

    @Test
    void a_schema_of_another_version_is_refused_with_what_to_do() {
        database.execute("UPDATE flyway_schema_history SET checksum = checksum + 1 WHERE version = '002'");
        assertThatThrownBy(() -> database.database().migrate())
                .isInstanceOf(ChasquiException.class)
                .hasMessageContaining("does not fit this version of Chasqui")
                .hasMessageContaining("use the version that made it");
    }

    @Test
    void a_schema_that_a_newer_version_made_is_refused_and_left_alone() {
        database.execute("""
                INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by,
                                                   execution_time, success)
                VALUES (99, '999', 'of the future', 'SQL', 'V999__of_the_future.sql', 1, 'somebody', 1, true)
                """);
        for (ThrowingCallable start : List.<ThrowingCallable>of(
                database.database()::migrate, () -> database.database().requireSchema())) {
            assertThatThrownBy(start)
                    .isInstanceOfSatisfying(SchemaMismatch.class, refused -> assertThat(refused.retryable())
                            .as("a start does not help")
                            .isFalse())
                    .hasMessageContaining(
                            "is version 999, made by a newer version of Chasqui; this one knows it up to version 0")
                    .hasMessageContaining("install the version that the other nodes run");
        }
    }

    @Test
    void a_schema_of_an_older_version_is_brought_up_by_the_node_that_may_and_refused_by_the_others() {
        older();
        assertThatThrownBy(() -> database.database().requireSchema())
                .isInstanceOfSatisfying(SchemaMismatch.class, refused -> assertThat(refused.retryable())
                        .isTrue())
                .hasMessageContaining("start a node of this version with the role manager first")
                .hasMessageContaining("chasqui.database.migrate");
        assertThat(database.database().migrate("here")).isPositive();
        database.database().requireSchema();
    }

    @Test
    void a_schema_is_not_changed_under_nodes_that_run() {
        older();
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)
                VALUES ('cologne', gen_random_uuid(), '0.0.9', 'archive-1', 1, '{worker}', '{*/*}'),
                       ('here', gen_random_uuid(), '0.0.9', 'telescope', 1, '{manager}', '{*/*}')
                """);
        assertThatThrownBy(() -> database.database().migrate("here"))
                .isInstanceOf(SchemaMismatch.class)
                .hasMessageContaining("cologne on archive-1 (0.0.9); stop them")
                .hasMessageNotContaining("telescope");
        database.execute("UPDATE node SET stopped_at = clock_timestamp() WHERE name = 'cologne'");
        assertThat(database.database().migrate("here")).isPositive();
    }

    @Test
    void a_migration_takes_as_long_as_it_takes_whatever_limits_are_set_for_us_on_the_server() throws Exception {
        older();
        database.execute("""
                DO $$ BEGIN
                    EXECUTE format('ALTER DATABASE %I SET statement_timeout = 500', current_database());
                END $$
                """);
        try (Connection somebody = DriverManager.getConnection(database.url())) {
            somebody.setAutoCommit(false);
            somebody.createStatement().execute("LOCK TABLE flyway_schema_history");
            CompletableFuture<Integer> migrated =
                    CompletableFuture.supplyAsync(() -> database.database().migrate("here"));
            await().atMost(LIMIT).until(() -> !database.value("""
                            SELECT count(*) FROM pg_stat_activity
                             WHERE datname = current_database() AND wait_event_type = 'Lock'
                               AND clock_timestamp() - query_start > interval '1 s'
                            """).equals("0"));
            somebody.rollback();
            assertThat(migrated.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isPositive();
        }
    }

    @Test
    void what_waits_for_a_lock_or_takes_too_long_is_told_so_and_goes_on_in_nobodys_name_on_the_server()
            throws Exception {
        database.execute("CREATE TABLE locked (id integer)");
        database.execute("INSERT INTO locked VALUES (1)");
        try (Database ours = Database.connect(database.url(), "postgres", "", 1, Duration.ofSeconds(15));
                Connection somebody = DriverManager.getConnection(database.url())) {
            somebody.setAutoCommit(false);
            somebody.createStatement().execute("SELECT FROM locked FOR UPDATE");
            assertThatThrownBy(() -> ours.jdbi().useHandle(db -> db.execute("UPDATE locked SET id = 2")))
                    .satisfies(refused -> assertThat(DatabaseFault.of(refused))
                            .isEqualTo("somebody holds a lock in PostgreSQL on the table locked"))
                    .satisfies(
                            refused -> assertThat(DatabaseTrouble.in(refused)).isTrue())
                    .satisfies(refused -> assertThat(DatabaseTrouble.ofOneStatement(refused))
                            .as("the database is not away")
                            .isTrue());
            assertThat(atWork()).isEqualTo("0");
            assertThatThrownBy(() -> ours.jdbi().useHandle(db -> db.execute("SELECT pg_sleep(600)")))
                    .satisfies(refused ->
                            assertThat(DatabaseTrouble.ofOneStatement(refused)).isTrue());
            assertThat(atWork()).isEqualTo("0");
            String ofBeats = ours.beats().withHandle(db -> db.createQuery("SHOW lock_timeout")
                    .mapTo(String.class)
                    .one());
            assertThat(ofBeats).isEqualTo("5s");
        }
    }

    /** Whoever waits or works on the server for a client of this database. */
    private String atWork() {
        return database.value("""
                SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND state = 'active' AND backend_type = 'client backend'
                   AND pid <> pg_backend_pid()
                """);
    }

    private void older() {
        database.execute("DROP SCHEMA public CASCADE");
        database.execute("CREATE SCHEMA public");
        Flyway.configure()
                .dataSource(database.database().dataSource())
                .locations("classpath:schema")
                .target("004")
                .load()
                .migrate();
    }
}
