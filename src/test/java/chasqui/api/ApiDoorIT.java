package chasqui.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiDoorIT {
    private TestDatabase database;
    private Tokens tokens;

    @TempDir
    private Path home;

    @BeforeEach
    void open() throws Exception {
        database = new TestDatabase();
        tokens = new Tokens(database.jdbi());
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    private ApiDoor door(Clock clock) {
        return new ApiDoor(database.jdbi(), home, clock);
    }

    private String token(String name) {
        return "Bearer " + tokens.create(name, Role.INSTRUMENT, null, null, "test");
    }

    @Test
    void a_token_opens_the_door_as_soon_as_it_was_made() {
        ApiDoor door = door(Clock.systemUTC());
        door.refresh();
        String made = token("camera");
        assertThatCode(() -> door.require(made, "INSTRUMENT")).doesNotThrowAnyException();
    }

    @Test
    void nonsense_keeps_the_database_busy_once_a_second_at_most() {
        Instant now = Instant.parse("2026-11-22T00:00:00Z");
        ApiDoor door = door(Clock.fixed(now, ZoneOffset.UTC));
        assertThatThrownBy(() -> door.require("Bearer nonsense", "INSTRUMENT")).isInstanceOf(NotAllowed.class);
        String made = token("camera");
        assertThatThrownBy(() -> door.require(made, "INSTRUMENT"))
                .as("not looked for within the same second")
                .isInstanceOf(NotAllowed.class)
                .hasMessageContaining("unknown here");
        door.refresh();
        assertThatCode(() -> door.require(made, "INSTRUMENT")).doesNotThrowAnyException();
    }
}
