package chasqui.runtime;

import chasqui.filing.FilingDesk;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;

/** What Prometheus reads of the requests of instruments at this process. */
final class FilingGauges implements MeterBinder {
    private final FilingDesk desk;

    FilingGauges(FilingDesk desk) {
        this.desk = desk;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("chasqui.filing.waiting", desk, FilingDesk::waitingBytes)
                .description(
                        "What was filed and waits in this process's journal to be registered; about 700 for each file")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("chasqui.filing.oldest", desk, FilingGauges::ageOfOldest)
                .description("Age of the oldest of that, by this machine's clock; 0 when there is none")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("chasqui.filing.requests", desk, FilingDesk::waitingRequests)
                .description("Requests that were read and had to stay in the spool")
                .register(registry);
    }

    private static double ageOfOldest(FilingDesk desk) {
        Instant since = desk.waitsSince();
        return since == null
                ? 0
                : Math.max(0, Duration.between(since, Instant.now()).toSeconds());
    }
}
