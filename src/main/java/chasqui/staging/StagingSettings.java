package chasqui.staging;

import chasqui.settings.Settings;
import java.time.Duration;

/**
 * How stage 6 works.
 *
 * @param batch most jobs that one round of the manager begins, 1 to 10,000
 * @param stall longest time without a byte while fetching or reading back
 */
public record StagingSettings(int batch, Duration stall) {
    public static StagingSettings from(Settings settings) {
        return new StagingSettings(
                settings.number("chasqui.staging.batch", 1, 10_000), settings.duration("chasqui.staging.stall"));
    }
}
