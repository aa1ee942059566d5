package chasqui.archive;

import chasqui.pipeline.StallLimit;
import chasqui.settings.Settings;

/**
 * What the archive stage needs to know.
 *
 * @param version of this program, for the sidecars
 * @param stall how long storing and reading back may show no progress
 */
public record ArchiveSettings(String version, StallLimit stall) {
    public static ArchiveSettings from(Settings settings, String version) {
        return new ArchiveSettings(version, new StallLimit(settings.duration("chasqui.lease.stall")));
    }
}
