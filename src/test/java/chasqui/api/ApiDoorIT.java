package chasqui.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ApiDoorIT {
    private static final Duration LONG = Duration.ofSeconds(60);

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
        AtomicLong nanos = new AtomicLong();
        ApiDoor door = new ApiDoor(database.jdbi(), home, Clock.systemUTC(), nanos::get, LONG);
        assertThatThrownBy(() -> door.require("Bearer nonsense", "INSTRUMENT"))
                .isInstanceOfSatisfying(NotAllowed.class, refused -> assertThat(refused.retryable())
                        .isFalse());
        String made = token("camera");
        assertThatThrownBy(() -> door.require(made, "INSTRUMENT"))
                .as("not looked for within the same second")
                .isInstanceOfSatisfying(NotAllowed.class, refused -> assertThat(refused.retryable())
                        .isTrue())
                .hasMessageContaining("send this again");
        nanos.set(Duration.ofSeconds(1).toNanos());
        assertThatCode(() -> door.require(made, "INSTRUMENT")).doesNotThrowAnyException();
    }

    @Test
    @Timeout(120)
    void several_who_show_a_new_token_at_once_are_all_let_in() throws Exception {
        ApiDoor door = new ApiDoor(database.jdbi(), home, Clock.systemUTC(), () -> 0, LONG);
        String made = token("camera");
        ExecutorService posters = Executors.newFixedThreadPool(4);
        try (Handle holding = database.jdbi().open()) {
            holding.begin();
            holding.execute("LOCK TABLE token IN ACCESS EXCLUSIVE MODE");
            List<Future<Caller>> let = new ArrayList<>();
            Set<Thread> asking = ConcurrentHashMap.newKeySet();
            for (int poster = 0; poster < 4; poster++) {
                let.add(posters.submit(() -> {
                    asking.add(Thread.currentThread());
                    return door.require(made, "INSTRUMENT");
                }));
            }
            Awaitility.await()
                    .atMost(LONG)
                    .until(() -> asking.stream().filter(ApiDoorIT::waitsInLine).count() == 3);
            holding.rollback();
            for (Future<Caller> caller : let) {
                assertThat(caller.get().token()).isEqualTo("camera");
            }
        } finally {
            posters.shutdownNow();
        }
    }

    private static boolean waitsInLine(Thread asking) {
        return Arrays.stream(asking.getStackTrace())
                .anyMatch(at -> at.getMethodName().equals("tryLock"));
    }
}
