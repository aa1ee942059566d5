package chasqui.preflight;

import chasqui.settings.Settings;
import java.time.Duration;

/**
 * How patient preflights are.
 *
 * @param limit longest time for an answer of a disk or store
 * @param retry pause before what failed is tried again
 */
public record PreflightSettings(Duration limit, Duration retry) {
    public static PreflightSettings from(Settings settings) {
        return new PreflightSettings(
                settings.duration("chasqui.preflight.limit"), settings.duration("chasqui.preflight.retry"));
    }
}
