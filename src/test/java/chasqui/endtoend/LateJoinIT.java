package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.embedded.RestartablePostgres;
import chasqui.pipeline.ChasquiException;
import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that starts while its database is away: it waits, says so, and works as soon as it comes. */
class LateJoinIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    @Test
    void a_service_waits_for_its_database_and_works_when_it_comes() throws Exception {
        try (RestartablePostgres postgres = RestartablePostgres.start(Files.createDirectory(folder.resolve("pg")))) {
            postgres.stop("INT");
            WorkInHand work = new WorkInHand(folder.resolve("data"), postgres.settings());
            try (Foundation foundation = Foundation.openOrWait(work.settings());
                    Service first = Service.start(foundation, work.settings())) {
                work.awaitUnhealthy("PostgreSQL does not answer", "since 20");
                postgres.run();
                work.awaitHealthy();
                work.topology(foundation.database().jdbi());
                assertThat(first.operations().held()).isEmpty();
                Path known = folder.resolve("data/home/topology-cache.json");
                await().atMost(LIMIT).until(() -> Files.readString(known).contains("telescope_computer"));
            }
            postgres.stop("INT");
            Path archive = folder.resolve("data/us/lta");
            Files.move(archive, folder.resolve("aside"));
            try (Foundation foundation = Foundation.openOrWait(work.settings());
                    Service second = Service.start(foundation, work.settings())) {
                work.awaitUnhealthy("PostgreSQL does not answer", "since 20");
                await("its places are tried before the database is there")
                        .atMost(LIMIT)
                        .until(() -> work.health("").body().contains("lta: disk"));
                assertThat(second.summary()).contains(" 0 queues served");
                Files.move(folder.resolve("aside"), archive);
                postgres.run();
                work.awaitHealthy();
                work.begin(foundation.database().jdbi());
                work.letGo();
                work.awaitEverythingDoneOnce(foundation.database().jdbi());
            }
        }
    }

    @Test
    void a_service_starts_while_its_database_takes_no_writes_and_works_when_it_does() throws Exception {
        try (RestartablePostgres postgres = RestartablePostgres.start(Files.createDirectory(folder.resolve("pg")))) {
            takesWrites(postgres, false);
            WorkInHand first = new WorkInHand(folder.resolve("data"), postgres.settings());
            try (Foundation foundation = Foundation.openOrWait(first.settings());
                    Service service = Service.start(foundation, first.settings())) {
                first.awaitUnhealthy("PostgreSQL takes no writes", "since 20");
                takesWrites(postgres, true);
                first.awaitHealthy();
                assertThat(service.operations().held()).isEmpty();
            }
            takesWrites(postgres, false);
            Map<String, String> changesNothing = new HashMap<>(postgres.settings());
            changesNothing.put("chasqui.database.migrate", "false");
            WorkInHand second = new WorkInHand(folder.resolve("again"), changesNothing);
            try (Foundation foundation = Foundation.openOrWait(second.settings());
                    Service service = Service.start(foundation, second.settings())) {
                assertThat(service.operations().held()).isEmpty();
                second.awaitUnhealthy("PostgreSQL takes no writes", "since 20");
                takesWrites(postgres, true);
                second.awaitHealthy();
                second.topology(foundation.database().jdbi());
                second.begin(foundation.database().jdbi());
                second.letGo();
                second.awaitEverythingDoneOnce(foundation.database().jdbi());
            }
        }
    }

    private static void takesWrites(RestartablePostgres postgres, boolean now) throws Exception {
        postgres.administer(
                "SET default_transaction_read_only = off",
                "ALTER SYSTEM SET default_transaction_read_only = " + (now ? "off" : "on"),
                "SELECT pg_reload_conf()");
        // That is answered before the server has read it.
        await().atMost(LIMIT)
                .until(() -> postgres.ask("SHOW default_transaction_read_only").equals(now ? "off" : "on"));
    }

    @Test
    void what_looks_like_a_wrong_setting_ends_the_first_start_and_is_waited_for_later() throws Exception {
        try (RestartablePostgres postgres = RestartablePostgres.start(Files.createDirectory(folder.resolve("pg")))) {
            String there = postgres.settings().get("chasqui.database.url");
            for (Map.Entry<String, String> wrong : Map.of(
                            there.replace("/chasqui", "/nothing"),
                            "chasqui",
                            there,
                            "nobody",
                            "jdbc:postgresql://db.invalid/chasqui",
                            "chasqui")
                    .entrySet()) {
                Path home = folder.resolve("home-" + wrong.hashCode());
                Settings settings = SettingsReader.read(
                        null,
                        Map.of(),
                        Map.of(
                                "chasqui.home", home.toString(),
                                "chasqui.database.url", wrong.getKey(),
                                "chasqui.database.user", wrong.getValue()));
                assertThatThrownBy(() -> Foundation.openOrWait(settings))
                        .as(wrong.toString())
                        .isInstanceOf(ChasquiException.class)
                        .hasMessageContaining("correct chasqui.database.url");
                Files.writeString(home.resolve("topology-cache.json"), "it has worked before");
                try (Foundation waiting = Foundation.openOrWait(settings)) {
                    assertThat(waiting.database().isOpen()).as(wrong.toString()).isFalse();
                }
            }
        }
    }
}
