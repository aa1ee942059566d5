package chasqui.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.ChasquiException;
import chasqui.testing.TestDatabase;
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
}
