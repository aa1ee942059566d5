package chasqui.runtime;

import chasqui.filing.Rejections.Count;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What Prometheus reads of files that were answered and could not be registered. */
final class RejectedGauges {
    private final MultiGauge files;
    private final MultiGauge oldest;

    RejectedGauges(MeterRegistry registry) {
        this.files = MultiGauge.builder("chasqui.filing.rejected")
                .description("Files that were answered and could not be registered")
                .register(registry);
        this.oldest = MultiGauge.builder("chasqui.filing.rejected.oldest")
                .description("How long the first of them has been on the list")
                .baseUnit("seconds")
                .register(registry);
    }

    /** Replaces what was said before. */
    void publish(List<Count> counts) {
        set(files, counts, Count::files);
        set(oldest, counts, Count::oldestSeconds);
    }

    private static void set(MultiGauge gauge, List<Count> counts, ToDoubleFunction<Count> value) {
        gauge.register(
                counts.stream()
                        .<MultiGauge.Row<?>>map(count ->
                                MultiGauge.Row.of(Tags.of("location", count.location()), value.applyAsDouble(count)))
                        .toList(),
                true);
    }
}
