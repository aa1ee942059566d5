package chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.RedisServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlBenchIT {
    @TempDir
    Path dir;

    @TempDir
    Path aside;

    @Test
    void a_small_run_completes_every_operation_once_and_tells_its_rate_and_the_time_to_start() throws Exception {
        JsonNode report = json(ControlBench.run(dir, Pairs.FEWEST, 0.01, null, said -> {}));
        assertThat(report.get("operations_per_second").asDouble())
                .isPositive()
                .isEqualTo(report.at("/cases/0/ours").asDouble());
        assertThat(report.get("cores").asInt()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(report.get("hinted_of_all").asDouble()).isGreaterThan(0.5);
        assertThat(report.get("enqueue_to_start_ms").asDouble()).isPositive();
        assertThat(report.get("service_cpu_ms_per_operation").asDouble()).isPositive();
        assertThat(report.get("database_cpu_ms_per_operation").asDouble()).isPositive();
        assertThat(report.at("/conditions/database").asText()).endsWith("fsync on, synchronous_commit on");
        assertThat(report.at("/cases/0").has("peer")).isEqualTo(Pgbench.isHere());
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void hints_through_redis_are_measured_beside_those_in_memory() throws Exception {
        try (RedisServer redis = RedisServer.start(aside)) {
            JsonNode report = json(ControlBench.run(dir, Pairs.FEWEST, 0.01, redis.address(), said -> {}));
            assertThat(report.get("redis_operations_per_second").asDouble())
                    .isPositive()
                    .isEqualTo(report.at("/cases/1/ours").asDouble());
            assertThat(report.at("/conditions/service").asText()).endsWith("hints by memory-queue");
            assertThat(report.at("/conditions/redis_service").asText()).endsWith("hints by redis-queue");
            assertThat(redis.ask("KEYS", "chasqui-bench-*:queue:*_no_operation").lines())
                    .hasSize(2);
        }
    }

    @Test
    void where_the_peer_is_missing_the_report_says_so_and_gives_our_own_rate() throws Exception {
        BenchCase alone = Pairs.run("alone", 100, Pairs.FEWEST, Duration.ZERO, pair -> {}, () -> 2, null);
        BenchReport report =
                new BenchReport("control", "operations/s", Pairs.FEWEST, Map.of(), Map.of(), Map.of(), List.of(alone));
        assertThat(json(report).at("/cases/0/ours").asDouble()).isEqualTo(50);
        assertThat(json(report).at("/cases/0").has("ratio")).isFalse();
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        report.print(false, new PrintStream(table));
        assertThat(table.toString()).contains("50 (50 to 50)", "not here");
    }

    private static JsonNode json(BenchReport report) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(true, new PrintStream(out));
        return new ObjectMapper().readTree(out.toByteArray());
    }
}
