package chasqui.weighing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.inspection.QueueReader;
import chasqui.inspection.QueueStatus;
import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.storage.DurableFiles;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestPackages;
import chasqui.testing.TestTopology;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An eighth stage is this package and its route file: nothing else knows of it. */
class AddedStageIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String QUEUE = "ccat_buffer_weighing";
    private static final String ROUTES = "8-weighing.camel.yaml";

    @TempDir
    private Path folder;

    private final TestDatabase database = new TestDatabase();

    @BeforeEach
    void a_topology_and_the_stages_type() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        WeighingRepository.define(database.jdbi());
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void its_manager_finds_work_its_worker_does_it_and_a_failure_is_tried_again() throws Exception {
        TestPackages packages = new TestPackages(database.jdbi());
        TestPackages.Packed here = packages.packed("first", Map.of("a.fits", new byte[1000]));
        TestPackages.Packed away = packages.packed("second", Map.of("b.fits", new byte[2000]));
        for (String place : List.of("ccat/telescope_computer", "ccat/buffer")) {
            Files.createDirectories(packages.root(place).resolve(DurableFiles.OWN_FOLDER));
        }
        Path aside = Files.move(away.tar(), folder.resolve("aside"));
        Settings settings = settings();
        try (Foundation foundation = Foundation.open(settings);
                Service service = Service.start(
                        foundation,
                        settings,
                        List.of(Weighing.stage(foundation.database().jdbi())))) {
            await().atMost(LIMIT).until(() -> weighed(here));
            assertThat(service.camel().getRoute(QUEUE).getGroup()).isEqualTo("stage-8");

            await().atMost(LIMIT).until(() -> attempts(away) >= 1);
            assertThat(database.values("SELECT DISTINCT failure_kind || ' ' || message FROM operation_attempt"
                            + " WHERE failure_kind IS NOT NULL"))
                    .singleElement()
                    .asString()
                    .startsWith("ITEM package " + away.id() + " is not on the scales");
            assertThat(queue().stage()).isEqualTo(8);
            assertThat(queue().nodes()).containsExactly("scales");
            // One look: between two of them the operation goes on.
            QueueStatus now = queue();
            assertThat(now.due() + now.scheduled() + now.inProgress() + now.waiting())
                    .as("the one that is tried again")
                    .isEqualTo(1);

            Files.move(aside, away.tar());
            await().atMost(LIMIT).until(() -> weighed(away));
        }
        assertThat(database.values("SELECT status::text FROM operation_history WHERE type = 'weighing'"))
                .containsExactly("COMPLETED", "COMPLETED");
    }

    private Settings settings() throws Exception {
        Map<String, String> set = new HashMap<>(Map.of(
                "chasqui.home", folder.resolve("home").toString(),
                "chasqui.routes", routes().toString(),
                "chasqui.node.name", "scales",
                "chasqui.management.enabled", "false",
                "chasqui.api.port", "0",
                "chasqui.manager.interval", "200ms",
                "chasqui.worker.look", "200ms",
                "chasqui.retry.first", "200ms",
                "chasqui.retry.longest", "1s"));
        set.putAll(database.settings());
        Settings settings = SettingsReader.read(null, Map.of(), set);
        settings.requireValid();
        return settings;
    }

    private Path routes() throws Exception {
        Path all = Files.createDirectory(folder.resolve("routes"));
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Files.copy(file, all.resolve(file.getFileName()));
            }
        }
        try (InputStream ours = AddedStageIT.class.getResourceAsStream("/weighing/" + ROUTES)) {
            Files.copy(ours, all.resolve(ROUTES));
        }
        return all;
    }

    private QueueStatus queue() {
        return new QueueReader(database.jdbi(), Duration.ofHours(1))
                .read().stream()
                        .filter(queue -> queue.queue().equals(QUEUE))
                        .findFirst()
                        .orElseThrow();
    }

    private boolean weighed(TestPackages.Packed one) throws Exception {
        List<String> weight = database.values("SELECT bytes::text FROM weight WHERE raw_data_package_id = " + one.id());
        return weight.equals(List.of(Long.toString(one.digest().sizeBytes())));
    }

    private int attempts(TestPackages.Packed one) {
        return database
                .values("SELECT attempt::text FROM operation WHERE type = 'weighing' AND subject_id = " + one.id())
                .stream()
                .mapToInt(Integer::parseInt)
                .sum();
    }
}
