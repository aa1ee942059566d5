package chasqui.archive;

import chasqui.pipeline.StallLimit;
import chasqui.settings.Settings;

/**
 * What the archive stage needs to know.
 *
 * @param version of this program, for the sidecars
 * @param stall how long storing and reading back may show no progress
 * @param mostSends how often a package sent straight to an archive may arrive damaged before a human has to look
 */
public record ArchiveSettings(String version, StallLimit stall, int mostSends) {
    /** With three sends. */
    public ArchiveSettings(String version, StallLimit stall) {
        this(version, stall, 3);
    }

    public static ArchiveSettings from(Settings settings, String version) {
        return new ArchiveSettings(
                version,
                new StallLimit(settings.duration("chasqui.lease.stall")),
                settings.number("chasqui.transfer.sends", 1, 100));
    }
}
