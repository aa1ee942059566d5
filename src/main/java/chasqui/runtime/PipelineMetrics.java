package chasqui.runtime;

import chasqui.filing.Rejections;
import chasqui.inspection.LinkReader;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.Recurring;
import chasqui.pipeline.WorkStatus;
import chasqui.queue.HintCounts;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Prometheus reads beside Camel's own meters. Gauges of the whole pipeline come from the database every 15 s,
 * counters are this process's own.
 */
final class PipelineMetrics implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PipelineMetrics.class);
    private static final int EVERY_SECONDS = 15;

    private final Jdbi database;
    private final MeterRegistry registry;
    private final MultiGauge operations;
    private final MultiGauge oldest;
    private final LinkGauges links;
    private final RejectedGauges rejected;
    private final ScheduledExecutorService reader;
    private volatile HintMeters hints;
    private volatile boolean reachable = true;
    /** Of the reading thread alone. */
    private boolean hintsTold = true;

    private PipelineMetrics(MeterRegistry registry, Jdbi database) {
        this.registry = registry;
        this.database = database;
        this.operations = MultiGauge.builder("chasqui.operations")
                .description("Operations that are not finished, or failed for good, by queue and status")
                .register(registry);
        this.oldest = MultiGauge.builder("chasqui.operations.oldest")
                .description("Age of the oldest operation of a queue and status")
                .baseUnit("seconds")
                .register(registry);
        this.links = new LinkGauges(registry);
        this.rejected = new RejectedGauges(registry);
        this.reader = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "metrics");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** @param begun told of the reading that goes on from then */
    static PipelineMetrics start(
            MeterRegistry registry, Jdbi database, OperationStore store, Consumer<Recurring> begun) {
        PipelineMetrics metrics = new PipelineMetrics(registry, database);
        Gauge.builder("chasqui.leases.held", store, held -> held.held().size())
                .description("Operations that this process works on now")
                .strongReference(true)
                .register(registry);
        Gauge.builder("chasqui.results.waiting", store, late -> late.late().results())
                .description("Results of finished work that wait in this process's journal for the database")
                .strongReference(true)
                .register(registry);
        Gauge.builder("chasqui.results.oldest", store, PipelineMetrics::ageOfOldestResult)
                .description("Age of the oldest of them, by this machine's clock; 0 when there is none")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        Gauge.builder("chasqui.database.reachable", metrics, m -> m.reachable ? 1 : 0)
                .description("1 when the last look at the database succeeded")
                .register(registry);
        store.onEnd(metrics::ended);
        begun.accept(new Recurring("reading the metrics of the pipeline", metrics::read)
                .every(metrics.reader, Duration.ofSeconds(EVERY_SECONDS)));
        return metrics;
    }

    /** From now on. */
    void count(HintCounts counts) {
        hints = new HintMeters(registry, counts);
    }

    private static double ageOfOldestResult(OperationStore store) {
        Instant oldest = store.late().oldest();
        return oldest == null ? 0 : Duration.between(oldest, Instant.now()).toSeconds();
    }

    /** One look at the queues and the database. */
    void read() {
        publishHints();
        try {
            List<Depth> depths = database.withHandle(db -> db.createQuery("""
                    SELECT queue, CASE WHEN status = 'PENDING' AND waits_for IS NOT NULL THEN 'PARKED' ELSE status::text END AS status,
                           count(*) AS depth, extract(epoch FROM clock_timestamp() - min(created_at)) AS age
                      FROM operation GROUP BY 1, 2
                    """)
                    .setQueryTimeout(EVERY_SECONDS)
                    .map((row, context) -> new Depth(
                            Tags.of("queue", row.getString("queue"), "status", row.getString("status")),
                            row.getLong("depth"),
                            row.getDouble("age")))
                    .list());
            publish(depths);
            links.publish(new LinkReader(database).read());
            reachable = true;
        } catch (RuntimeException failure) {
            if (reachable) {
                log.warn("the metrics of the pipeline are absent until the database answers: {}", failure.toString());
            }
            reachable = false;
            publish(List.of());
            links.publish(List.of());
        }
        readRejected();
    }

    /** By itself: who is at work on a long list of rejections takes no other metrics away. */
    private void readRejected() {
        try {
            rejected.publish(reachable ? new Rejections(database).byLocation(EVERY_SECONDS) : List.of());
        } catch (RuntimeException failure) {
            log.warn("the metrics of rejected files are absent until the next look: {}", failure.toString());
            rejected.publish(List.of());
        }
    }

    /** What cannot be told of hints holds up nothing else. */
    private void publishHints() {
        HintMeters counted = hints;
        if (counted == null) {
            return;
        }
        try {
            counted.publish();
            hintsTold = true;
        } catch (RuntimeException failure) {
            if (hintsTold) {
                log.warn("the metric of waiting hints stays as it was until they can be counted again", failure);
            }
            hintsTold = false;
        }
    }

    private void publish(List<Depth> depths) {
        operations.register(
                depths.stream().<Row<?>>map(d -> Row.of(d.tags, d.depth)).toList(), true);
        oldest.register(depths.stream().<Row<?>>map(d -> Row.of(d.tags, d.age)).toList(), true);
    }

    private void ended(Lease lease, WorkStatus status) {
        String type = lease.operation().type().name();
        registry.counter(
                        "chasqui.attempts",
                        "type",
                        type,
                        "outcome",
                        status.name().toLowerCase(Locale.ROOT))
                .increment();
        if (status == WorkStatus.COMPLETED) {
            registry.counter("chasqui.bytes", "type", type).increment(lease.mostBytes());
        }
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }

    private record Depth(Tags tags, long depth, double age) {}
}
