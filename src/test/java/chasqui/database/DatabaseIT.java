package chasqui.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.ChasquiException;
import chasqui.testing.TestDatabase;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatabaseIT {
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
