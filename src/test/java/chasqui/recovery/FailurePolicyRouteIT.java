package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.pipeline.Backoff;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.Effect;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseSettings;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.NotYet;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.StageEffects;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.model.Resilience4jConfigurationDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The failure policy as every worker route uses it: the real route file, a real breaker, a real database. */
class FailurePolicyRouteIT {
    private static final OperationType TYPE = new OperationType("deletion");
    private static final String QUEUE = "ccat_buffer_deletion";
    private static final String WORKER = """
            - routeTemplate:
                id: toy
                parameters: [ { name: queue } ]
                route:
                  from:
                    uri: "direct:{{queue}}"
                    steps:
                      - to: { uri: "bean:workDesk?method=claim('{{queue}}')" }
                      - filter:
                          simple: "${body} != null"
                          steps:
                            - circuitBreaker:
                                configuration: "locationCircuit"
                                steps:
                                  - doTry:
                                      steps: [ { to: "bean:toyWorker?method=work" } ]
                                      doCatch:
                                        - exception: [ "java.lang.Exception" ]
                                          steps: [ { to: "direct:operation-failed" } ]
                                onFallback:
                                  steps: [ { to: "direct:circuit-open" } ]
            """;

    /** Does what the test tells it. */
    public static final class ToyWorker {
        private final OperationStore operations;
        private final AtomicInteger calls = new AtomicInteger();
        private volatile Exception failure;

        ToyWorker(OperationStore operations) {
            this.operations = operations;
        }

        public void work(Lease lease) throws Exception {
            calls.incrementAndGet();
            if (failure != null) {
                throw failure;
            }
            operations.complete(lease, Effect.NONE);
        }
    }

    private final TestDatabase database = new TestDatabase();
    private final OperationStore operations = new OperationStore(
            database.jdbi(),
            List.of((StageEffects) () -> TYPE),
            NodeIdentity.starting("here"),
            new LeaseSettings(
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    new Backoff(Duration.ofMinutes(1), Duration.ofHours(1)),
                    new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(5))),
            Clock.systemUTC());
    private final ToyWorker worker = new ToyWorker(operations);
    private final Main camel = new Main();
    private ProducerTemplate hint;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        Path routes = Files.createDirectory(folder.resolve("routes"));
        Files.copy(Path.of("routes/failure-policy.camel.yaml"), routes.resolve("failure-policy.camel.yaml"));
        Files.writeString(routes.resolve("toy.camel.yaml"), WORKER);
        camel.bind("workDesk", new WorkDesk(operations));
        camel.bind("failurePolicy", new FailurePolicy(operations));
        camel.bind("toyWorker", worker);
        camel.bind(
                "locationCircuit",
                new Resilience4jConfigurationDefinition()
                        .slidingWindowSize(3)
                        .minimumNumberOfCalls(3)
                        .failureRateThreshold(100)
                        .waitDurationInOpenState(60));
        camel.addOverrideProperty("camel.main.routes-include-pattern", "file:" + routes + "/*.camel.yaml");
        camel.start();
        TemplatedRouteBuilder.builder(camel.getCamelContext(), "toy")
                .routeId(QUEUE)
                .parameter("queue", QUEUE)
                .add();
        hint = camel.getCamelContext().createProducerTemplate();
    }

    @AfterEach
    void stop() {
        camel.stop();
        database.close();
    }

    private void operationsDue(int count) {
        database.jdbi().useTransaction(tx -> {
            for (int i = 0; i < count; i++) {
                tx.execute("""
                        WITH l AS (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                                    WHERE s.short_name = 'ccat' AND l.name = 'buffer'),
                             b AS (INSERT INTO deletion_batch (data_location_id) SELECT id FROM l RETURNING id)
                        INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                        SELECT 'deletion', l.id, 'ccat_buffer_deletion', b.id FROM l, b
                        """);
            }
        });
    }

    @Test
    void work_that_succeeds_completes() {
        operationsDue(1);
        hint.sendBody("direct:" + QUEUE, "hint");
        assertThat(database.value("SELECT status FROM operation_history")).isEqualTo("COMPLETED");
    }

    @Test
    void a_poisoned_item_fails_alone_and_never_opens_the_breaker() {
        operationsDue(6);
        worker.failure = new ChasquiException(FailureKind.ITEM, false, "poisoned");
        for (int i = 0; i < 5; i++) {
            hint.sendBody("direct:" + QUEUE, "hint");
        }
        worker.failure = null;
        hint.sendBody("direct:" + QUEUE, "hint");
        assertThat(database.value("SELECT count(*) FROM operation WHERE status = 'FAILED'"))
                .isEqualTo("5");
        assertThat(database.value("SELECT count(*) FROM operation_history")).isEqualTo("1");
        assertThat(worker.calls).hasValue(6);
    }

    @Test
    void a_location_that_fails_again_and_again_is_left_alone_and_its_work_is_parked() {
        operationsDue(5);
        worker.failure = new java.nio.file.FileSystemException("/mnt/lost", null, "Stale file handle");
        for (int i = 0; i < 5; i++) {
            hint.sendBody("direct:" + QUEUE, "hint");
        }
        assertThat(worker.calls).as("after three failures the breaker is open").hasValue(3);
        assertThat(
                        database.value(
                                "SELECT count(*) FROM operation WHERE status = 'PENDING' AND waits_for LIKE 'location:%' AND attempt = 0"))
                .isEqualTo("5");
        assertThat(database.value("SELECT count(*) FROM operation WHERE waits_for LIKE '%Stale file handle%'"))
                .as("what was turned away says the cause as well")
                .isEqualTo("5");
        assertThat(operations.held()).isEmpty();
    }

    @Test
    void work_that_cannot_go_on_yet_waits_and_never_opens_the_breaker() {
        operationsDue(6);
        Backoff pauses = new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(5));
        worker.failure = new NotYet("waiting for tape", pauses);
        for (int i = 0; i < 5; i++) {
            hint.sendBody("direct:" + QUEUE, "hint");
        }
        assertThat(
                        database.value(
                                "SELECT count(*) FROM operation WHERE waits_for LIKE 'waiting for tape, since%' AND attempt = 0"))
                .isEqualTo("5");
        worker.failure = null;
        hint.sendBody("direct:" + QUEUE, "hint");
        assertThat(database.value("SELECT count(*) FROM operation_history")).isEqualTo("1");
    }

    @Test
    void an_unknown_error_is_recorded_with_its_message_and_tried_again() {
        operationsDue(1);
        worker.failure = new IllegalStateException("nobody thought of this");
        hint.sendBody("direct:" + QUEUE, "hint");
        assertThat(database.value("SELECT status || ' ' || attempt || ' ' || failure_message FROM operation"))
                .isEqualTo("PENDING 1 IllegalStateException: nobody thought of this");
    }
}
