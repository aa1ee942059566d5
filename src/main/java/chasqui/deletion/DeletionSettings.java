package chasqui.deletion;

import chasqui.settings.Settings;
import java.time.Duration;

/**
 * When copies may go.
 *
 * @param enabled false: nothing new is scheduled; what was begun is finished
 * @param copies archives that must hold a verified copy, 1 or more
 * @param verificationMaxAge oldest verification that counts as evidence
 * @param retentionSource how long raw data files stay after their package was archived
 * @param retentionProcessing how long staged trees stay after their release
 * @param batch most copies in one operation, 1 to 500
 * @param stall longest time without progress while deleting
 * @param emptyFolders whether folders at a source that became empty are removed too
 */
public record DeletionSettings(
        boolean enabled,
        int copies,
        Duration verificationMaxAge,
        Duration retentionSource,
        Duration retentionProcessing,
        int batch,
        Duration stall,
        boolean emptyFolders) {
    public DeletionSettings {
        if (copies < 1 || batch < 1) {
            throw new IllegalArgumentException("deletion wants at least one archived copy and a batch of at least one");
        }
    }

    public static DeletionSettings from(Settings settings) {
        Duration maxAge = settings.duration("chasqui.deletion.verification-max-age");
        if (maxAge.compareTo(settings.duration("chasqui.verification.oldest")) < 0) {
            settings.refuse(
                    "chasqui.deletion.verification-max-age",
                    "is shorter than chasqui.verification.oldest, so that deletions would wait for verifications that "
                            + "do not come; make it at least as long");
        }
        return new DeletionSettings(
                settings.flag("chasqui.deletion.enabled"),
                settings.number("chasqui.deletion.copies", 1, 9),
                maxAge,
                settings.duration("chasqui.deletion.retention.source"),
                settings.duration("chasqui.deletion.retention.processing"),
                settings.number("chasqui.deletion.batch", 1, 500),
                settings.duration("chasqui.deletion.stall"),
                settings.flag("chasqui.deletion.empty-folders"));
    }
}
