package chasqui.verification;

import chasqui.pipeline.StallLimit;
import chasqui.settings.Settings;
import java.time.Duration;

/**
 * How often archived copies are read again.
 *
 * @param oldest age of the last verification from which on a copy is read again
 * @param atOnce most copies of one archive that wait for it at the same time
 * @param stall how long reading may show no progress
 * @param absence when a tape library that does not have a copy is believed
 */
public record VerificationSettings(Duration oldest, int atOnce, StallLimit stall, Absence absence) {
    public VerificationSettings(Duration oldest, int atOnce, StallLimit stall) {
        this(oldest, atOnce, stall, Absence.DEFAULT);
    }

    public static VerificationSettings from(Settings settings) {
        return new VerificationSettings(
                settings.duration("chasqui.verification.oldest"),
                settings.number("chasqui.verification.at-once", 1, 10_000),
                new StallLimit(settings.duration("chasqui.lease.stall")),
                new Absence(
                        settings.number("chasqui.verification.absent.answers", 1, 100),
                        settings.duration("chasqui.verification.absent.apart")));
    }
}
