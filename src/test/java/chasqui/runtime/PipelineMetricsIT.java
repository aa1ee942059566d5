package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.Backoff;
import chasqui.pipeline.Effect;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseSettings;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.StageEffects;
import chasqui.queue.HintCounts;
import chasqui.recovery.WorkDesk;
import chasqui.runtime.queue.MemoryQueueComponent;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineMetricsIT {
    private static final String QUEUE = "ccat_buffer_deletion";
    private static final Backoff BACKOFF = new Backoff(Duration.ofHours(1), Duration.ofHours(2));

    private final TestDatabase database = new TestDatabase();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StageEffects stage = () -> new OperationType("deletion");
    private final OperationStore operations = new OperationStore(
            database.jdbi(),
            List.of(stage),
            NodeIdentity.starting("here"),
            new LeaseSettings(Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofSeconds(60), BACKOFF, BACKOFF),
            Clock.systemUTC());
    private final HintCounts hints = new HintCounts();
    private PipelineMetrics metrics;

    @BeforeEach
    void two_operations(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        database.execute("""
                WITH l AS (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                            WHERE s.short_name = 'ccat' AND l.name = 'buffer'),
                b AS (INSERT INTO deletion_batch (data_location_id) SELECT l.id FROM l, generate_series(1, 2)
                      RETURNING id, data_location_id)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                SELECT 'deletion', data_location_id, 'ccat_buffer_deletion', id FROM b
                """);
        metrics = PipelineMetrics.start(registry, database.jdbi(), operations, reading -> {});
        metrics.count(hints);
    }

    @AfterEach
    void close() {
        metrics.close();
        database.close();
    }

    @Test
    void attempts_and_bytes_are_counted_when_they_end() {
        Lease first = operations.claim(QUEUE).orElseThrow();
        assertThat(registry.get("chasqui.leases.held").gauge().value()).isEqualTo(1);
        first.phase("deleting", 5, Duration.ofSeconds(60));
        first.advance(5);
        operations.complete(first, Effect.NONE);
        Lease second = operations.claim(QUEUE).orElseThrow();
        second.advance(3);
        operations.fail(second, new Failure(FailureKind.ITEM, true, "not now"));

        assertThat(registry.get("chasqui.bytes")
                        .tag("type", "deletion")
                        .counter()
                        .count())
                .isEqualTo(5);
        assertThat(attempts("completed")).isEqualTo(1);
        assertThat(attempts("pending")).isEqualTo(1);
        assertThat(registry.get("chasqui.leases.held").gauge().value()).isZero();
    }

    @Test
    void gauges_follow_the_database_and_are_absent_while_it_is_away() {
        metrics.read();
        assertThat(depth("PENDING")).isEqualTo(2);

        operations.claim(QUEUE);
        metrics.read();
        assertThat(depth("PENDING")).isEqualTo(1);
        assertThat(depth("IN_PROGRESS")).isEqualTo(1);

        database.database().close();
        metrics.read();
        assertThat(registry.find("chasqui.operations").gauges()).isEmpty();
        assertThat(registry.get("chasqui.database.reachable").gauge().value()).isZero();
    }

    @Test
    void hints_that_cannot_be_counted_leave_every_other_number_there() {
        hints.waitAt(() -> {
            throw new IllegalStateException("nobody can tell");
        });
        metrics.read();
        assertThat(depth("PENDING")).isEqualTo(2);
        assertThat(registry.get("chasqui.database.reachable").gauge().value()).isEqualTo(1);
    }

    @Test
    void rejected_files_that_cannot_be_counted_leave_every_other_number_there() {
        database.execute("ALTER TABLE filing_rejection RENAME TO elsewhere");
        metrics.read();
        assertThat(registry.find("chasqui.operations").gauges()).isNotEmpty();
        assertThat(registry.get("chasqui.database.reachable").gauge().value()).isEqualTo(1);
        database.execute("ALTER TABLE elsewhere RENAME TO filing_rejection");
    }

    @Test
    void files_that_were_rejected_are_counted_by_location_with_the_age_of_the_first() {
        database.execute("""
                INSERT INTO filing_rejection (node, location, path, instrument, observation, reason, remedy, accepted_at,
                                              rejected_at)
                SELECT 'here', 'ccat/source', path, 'cmaera', 'obs', 'unknown', 'correct it', clock_timestamp(),
                       clock_timestamp() - make_interval(hours => hours)
                  FROM (VALUES ('a', 1), ('b', 3), ('', 2)) AS rejected (path, hours)
                """);
        metrics.read();
        assertThat(registry.get("chasqui.filing.rejected")
                        .tag("location", "ccat/source")
                        .gauge()
                        .value())
                .isEqualTo(2);
        assertThat(registry.get("chasqui.filing.rejected.oldest").gauge().value())
                .isBetween(3 * 3600.0, 4 * 3600.0);
        database.execute("DELETE FROM filing_rejection");
        metrics.read();
        assertThat(registry.find("chasqui.filing.rejected").gauges()).isEmpty();
    }

    @Test
    void hints_are_counted_by_what_they_led_to_and_told_by_queue_while_they_wait() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        WorkDesk desk = new WorkDesk(operations, hints::looked);
        String endpoint = "memory-queue:" + QUEUE + "?concurrentConsumers=1";
        try (DefaultCamelContext camel = new DefaultCamelContext();
                AutoCloseable end = goOn::countDown) {
            camel.disableJMX();
            camel.getRegistry().bind("hintCounts", hints);
            camel.addComponent(MemoryQueueComponent.SCHEME, new MemoryQueueComponent());
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from(endpoint).process(hint -> {
                        goOn.await();
                        desk.claim(QUEUE);
                        desk.claim(QUEUE + "_of_nothing");
                    });
                }
            });
            camel.start();
            ProducerTemplate sender = camel.createProducerTemplate();
            // There are two operations.
            for (long operation : List.of(1L, 2L, 3L)) {
                sender.sendBody(endpoint, operation);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> hints("received") == 1);
            metrics.read();
            assertThat(hints("sent")).isEqualTo(3);
            assertThat(registry.get("chasqui.hints.waiting")
                            .tag("queue", QUEUE)
                            .gauge()
                            .value())
                    .isEqualTo(2);

            goOn.countDown();
            await().atMost(Duration.ofSeconds(30)).until(() -> hints("stale") == 1);
            assertThat(hints("received")).isEqualTo(3);
            assertThat(hints("claimed")).isEqualTo(2);
            metrics.read();
            assertThat(registry.find("chasqui.hints.waiting").gauges()).isEmpty();
        }
    }

    private double hints(String what) {
        return registry.get("chasqui.hints." + what).functionCounter().count();
    }

    private double attempts(String outcome) {
        return registry.get("chasqui.attempts")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private double depth(String status) {
        return registry.get("chasqui.operations")
                .tag("queue", QUEUE)
                .tag("status", status)
                .gauge()
                .value();
    }
}
