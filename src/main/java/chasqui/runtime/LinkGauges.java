package chasqui.runtime;

import chasqui.inspection.LinkStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What Prometheus reads of the ways between sites. */
final class LinkGauges {
    private final MultiGauge open;
    private final MultiGauge running;
    private final MultiGauge waiting;
    private final MultiGauge waitingBytes;
    private final MultiGauge oldest;

    LinkGauges(MeterRegistry registry) {
        this.open = MultiGauge.builder("chasqui.link.open")
                .description("1: transfers may begin; 0: paused, unhealthy, outside its windows or forbidden")
                .register(registry);
        this.running = MultiGauge.builder("chasqui.link.running")
                .description("Transfers under way")
                .register(registry);
        this.waiting = MultiGauge.builder("chasqui.link.waiting")
                .description("Transfers that could go next")
                .register(registry);
        this.waitingBytes = MultiGauge.builder("chasqui.link.backlog")
                .description("What they carry")
                .baseUnit("bytes")
                .register(registry);
        this.oldest = MultiGauge.builder("chasqui.link.oldest")
                .description("Age of the oldest of them")
                .baseUnit("seconds")
                .register(registry);
    }

    /** Replaces what was said before. */
    void publish(List<LinkStatus> links) {
        set(open, links, link -> link.state().equals("OPEN") ? 1 : 0);
        set(running, links, LinkStatus::running);
        set(waiting, links, LinkStatus::waiting);
        set(waitingBytes, links, LinkStatus::waitingBytes);
        set(oldest, links, LinkStatus::oldestWaitingSeconds);
    }

    private static void set(MultiGauge gauge, List<LinkStatus> links, ToDoubleFunction<LinkStatus> value) {
        gauge.register(
                links.stream()
                        .<MultiGauge.Row<?>>map(link -> MultiGauge.Row.of(
                                Tags.of("origin", link.origin(), "destination", link.destination()),
                                value.applyAsDouble(link)))
                        .toList(),
                true);
    }
}
