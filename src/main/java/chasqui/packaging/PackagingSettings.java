package chasqui.packaging;

import chasqui.pipeline.StallLimit;
import chasqui.settings.Settings;
import java.time.Duration;

/**
 * When files become a package.
 *
 * @param quiet a group is due when its newest file was filed longer ago than this
 * @param maxWait or its oldest longer ago than this
 * @param sizeCap or when it reaches this many bytes; no package of several files holds more
 * @param maxAttempts item failures after which packing fails for good
 * @param stall how long packing and reading back may show no progress
 */
public record PackagingSettings(Duration quiet, Duration maxWait, long sizeCap, int maxAttempts, StallLimit stall) {
    public static PackagingSettings from(Settings settings) {
        return new PackagingSettings(
                settings.duration("chasqui.packaging.quiet"),
                settings.duration("chasqui.packaging.max-wait"),
                settings.bytes("chasqui.packaging.size-cap"),
                settings.number("chasqui.packaging.max-attempts", 1, 1000),
                new StallLimit(settings.duration("chasqui.lease.stall")));
    }
}
