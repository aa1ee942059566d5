package chasqui.assembly;

import chasqui.pipeline.StallLimit;
import chasqui.settings.Settings;
import java.time.Duration;

/**
 * When packages travel.
 *
 * @param targetSize packages are bundled up to this many bytes; a larger package travels alone
 * @param maxWait a bundle goes, however small, when one of its packages waits longer than this
 * @param stall how long writing and reading back may show no progress
 */
public record AssemblySettings(long targetSize, Duration maxWait, StallLimit stall) {
    public static AssemblySettings from(Settings settings) {
        return new AssemblySettings(
                settings.bytes("chasqui.assembly.target-size"),
                settings.duration("chasqui.assembly.max-wait"),
                new StallLimit(settings.duration("chasqui.lease.stall")));
    }
}
