package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.inspection.NodeReader;
import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.storage.Progress;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service on a machine whose clock is not the database's: what is filed is archived, deleted behind, and never stalls. */
class ClocksApartIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "the database is {0} min ahead")
    @ValueSource(ints = {5, -5})
    void nothing_is_harmed_by_clocks_that_are_five_minutes_apart(int minutes) throws Exception {
        Duration ahead = Duration.ofMinutes(minutes);
        try (TestDatabase database = TestDatabase.ahead(ahead)) {
            assertThat(
                            Duration.between(
                                    Instant.now(),
                                    Instant.parse(
                                            database.value(
                                                    "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"))))
                    .as("the database's clock is ahead")
                    .isBetween(ahead.minusMinutes(1), ahead.plusMinutes(1));
            TestTopology.on(database.jdbi(), folder);
            Settings settings = settings(database);
            try (Foundation foundation = Foundation.open(settings);
                    Service service = Service.start(foundation, settings)) {
                file(database);
                await().atMost(LIMIT).until(() -> isThrough(database));
                assertThat(database.values("SELECT type || ': ' || stalls || ' stalls, attempt ' || attempt"
                                + " FROM operation_history WHERE stalls > 0 OR attempt > 0"))
                        .isEmpty();
                assertThat(database.value("SELECT count(*) FROM operation_attempt WHERE outcome = 'STALLED'"))
                        .isEqualTo("0");
                await().atMost(LIMIT).untilAsserted(() -> assertThat(
                                new NodeReader(database.jdbi()).read().get(0).warnings())
                        .singleElement()
                        .asString()
                        .contains(minutes > 0 ? " behind the database's" : " ahead of the database's"));
                assertThat(service.operations().held()).isEmpty();
            }
        }
    }

    private Settings settings(TestDatabase database) {
        Map<String, String> set = new HashMap<>(database.settings());
        set.putAll(Map.of(
                "chasqui.home", folder.resolve("home").toString(),
                "chasqui.management.port", "0",
                "chasqui.api.port", "0",
                "chasqui.manager.interval", "300ms",
                "chasqui.worker.look", "500ms",
                "chasqui.monitor.interval", "1s",
                "chasqui.assembly.max-wait", "1s",
                "chasqui.deletion.retention.source", "0s"));
        Settings settings = SettingsReader.read(null, Map.of(), set);
        settings.requireValid();
        return settings;
    }

    private void file(TestDatabase database) throws Exception {
        Path night = Files.createDirectories(
                folder.resolve("ccat/telescope_computer").toRealPath().resolve("night"));
        for (int i = 0; i < 20; i++) {
            Files.write(night.resolve("file-" + i), new byte[10_000 + i]);
        }
        new Filing(database.jdbi(), new Locations(database.jdbi()))
                .file(new FilingRequest(night, "camera", null, "night", true), Progress.NONE);
    }

    private static boolean isThrough(TestDatabase database) {
        return database.value("""
                        SELECT count(*) FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                         WHERE l.location_type IN ('SOURCE', 'BUFFER') AND c.state <> 'DELETED'
                        """).equals("0")
                && database.value(
                                "SELECT count(*) FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id"
                                        + " WHERE l.location_type = 'LONG_TERM_ARCHIVE' AND c.state = 'PRESENT'")
                        .equals("2")
                && database.value("SELECT count(*) FROM operation").equals("0");
    }
}
