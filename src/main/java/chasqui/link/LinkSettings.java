package chasqui.link;

import chasqui.pipeline.Backoff;
import chasqui.settings.Settings;
import java.time.Duration;

/**
 * What holds for every link.
 *
 * @param concurrency transfers at the same time where the route says nothing, 1 to 100
 * @param unhealthyAfter failures in a row after which a link is only probed
 * @param probe pause between two probes: the first, and the longest it grows to
 * @param rerouteAfter a package of which nothing was sent yet goes to another archive first when its link is paused or
 *     unhealthy for longer; zero: never
 */
public record LinkSettings(int concurrency, int unhealthyAfter, Backoff probe, Duration rerouteAfter) {
    public static final LinkSettings DEFAULT =
            new LinkSettings(2, 3, new Backoff(Duration.ofSeconds(30), Duration.ofMinutes(5)), Duration.ofHours(1));

    public static LinkSettings from(Settings settings) {
        Duration first = settings.duration("chasqui.transfer.probe.first");
        Duration longest = settings.duration("chasqui.transfer.probe.longest");
        boolean usable = !first.isZero() && longest.compareTo(first) >= 0;
        if (!usable) {
            settings.refuse(
                    "chasqui.transfer.probe.longest", "wants at least chasqui.transfer.probe.first, and that above 0");
        }
        return new LinkSettings(
                settings.number("chasqui.transfer.concurrency", 1, 100),
                settings.number("chasqui.transfer.unhealthy-after", 1, 1000),
                usable ? new Backoff(first, longest) : DEFAULT.probe(),
                settings.duration("chasqui.transfer.reroute-after"));
    }
}
