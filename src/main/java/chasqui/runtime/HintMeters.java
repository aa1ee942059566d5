package chasqui.runtime;

import chasqui.queue.HintCounts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.function.ToDoubleFunction;

/** What Prometheus reads of hints. Only those that wait are told by queue. */
final class HintMeters {
    private final HintCounts counts;
    private final MultiGauge waiting;

    HintMeters(MeterRegistry registry, HintCounts counts) {
        this.counts = counts;
        this.waiting = MultiGauge.builder("chasqui.hints.waiting")
                .description("Hints that wait for a worker, in queues that this process serves")
                .register(registry);
        count(registry, "sent", "Hints that this process sent", HintCounts::sent);
        count(registry, "received", "Hints that workers of this process began with", HintCounts::received);
        count(registry, "claimed", "Of these, those that led to work", HintCounts::claimed);
        count(registry, "stale", "Of these, those that found nothing to do", HintCounts::stale);
    }

    private void count(MeterRegistry registry, String what, String description, ToDoubleFunction<HintCounts> value) {
        FunctionCounter.builder("chasqui.hints." + what, counts, value)
                .description(description)
                .register(registry);
    }

    /** Replaces what was said before. */
    void publish() {
        waiting.register(
                counts.waiting().entrySet().stream()
                        .<MultiGauge.Row<?>>map(
                                queue -> MultiGauge.Row.of(Tags.of("queue", queue.getKey()), queue.getValue()))
                        .toList(),
                true);
    }
}
