package chasqui.unpacking;

import chasqui.pipeline.StallLimit;
import chasqui.settings.Settings;

/**
 * How patient unpacking is.
 *
 * @param mostSends how often one transfer package may arrive damaged before a human has to look
 * @param stall how long reading and writing may show no progress
 */
public record UnpackingSettings(int mostSends, StallLimit stall) {
    public static UnpackingSettings from(Settings settings) {
        return new UnpackingSettings(
                settings.number("chasqui.transfer.sends", 1, 100),
                new StallLimit(settings.duration("chasqui.lease.stall")));
    }
}
