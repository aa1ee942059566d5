package chasqui.assembly;

import chasqui.pipeline.StallLimit;
import chasqui.settings.Settings;
import java.time.Duration;

/**
 * When packages travel.
 *
 * @param targetSize packages are bundled up to this many bytes; a larger package travels alone
 * @param maxWait a bundle goes, however small, when one of its packages waits longer than this
 * @param urgentPriority packages of this priority or a lower number do not wait to be bundled
 * @param stall how long writing and reading back may show no progress
 */
public record AssemblySettings(long targetSize, Duration maxWait, int urgentPriority, StallLimit stall) {
    public static AssemblySettings from(Settings settings) {
        return new AssemblySettings(
                settings.bytes("chasqui.assembly.target-size"),
                settings.duration("chasqui.assembly.max-wait"),
                settings.number("chasqui.assembly.urgent-priority", 0, 1_000_000),
                new StallLimit(settings.duration("chasqui.lease.stall")));
    }
}
