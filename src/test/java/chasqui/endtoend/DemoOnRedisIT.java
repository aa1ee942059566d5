package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.Program;
import chasqui.testing.RedisServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program with its queues on a Redis that nobody can rely on. */
class DemoOnRedisIT {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    @Test
    void a_night_passes_every_stage_while_redis_is_flushed_killed_and_started_empty() throws Exception {
        Path report = folder.resolve("report.json");
        try (RedisServer redis = RedisServer.start(folder);
                Program demo = start(redis, report)) {
            // Both ends of a queue were there: hints were sent and answered.
            await().atMost(LIMIT).until(() -> redis.ask("INFO", "commandstats").contains("cmdstat_xack"));
            redis.ask("FLUSHALL");
            redis.kill();
            await().atMost(LIMIT).until(() -> demo.err().contains("Redis at " + redis.address()));
            redis.run();
            Program.Ended ended = demo.await(LIMIT);
            assertThat(ended.exit()).as(ended.out() + ended.err()).isZero();
        }
        everythingIsArchived(report);
    }

    @Test
    void a_night_passes_every_stage_without_redis() throws Exception {
        Path report = folder.resolve("report.json");
        try (Program demo = start(RedisServer.notYet(folder), report)) {
            Program.Ended ended = demo.await(LIMIT);
            assertThat(ended.exit()).as(ended.out() + ended.err()).isZero();
            assertThat(ended.err().lines().filter(line -> line.contains("chasqui.redis.address")))
                    .as("said once")
                    .hasSize(1);
        }
        everythingIsArchived(report);
    }

    private Program start(RedisServer redis, Path report) {
        return Program.start(
                folder,
                Map.of(
                        "CHASQUI_QUEUE_ENDPOINT",
                        "redis-queue:{queue}?concurrentConsumers={concurrency}",
                        "CHASQUI_REDIS_ADDRESS",
                        redis.address()),
                "demo",
                "--home",
                folder.resolve("home").toString(),
                "--report",
                report.toString());
    }

    private static void everythingIsArchived(Path report) throws Exception {
        JsonNode json = new ObjectMapper().readTree(Files.readString(report));
        int files = json.at("/totals/files").asInt();
        assertThat(files).isGreaterThan(200);
        assertThat(json.at("/totals/source_deleted").asInt()).isEqualTo(files);
        for (JsonNode file : json.get("files")) {
            assertThat(file.get("archive")).hasSize(2);
        }
    }
}
