package chasqui.filing;

import chasqui.settings.Settings;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How files come in at an observatory.
 *
 * @param spool folder for request files
 * @param ownSpool it lies in the home, and is made there
 * @param spoolKeep how long requests that were dealt with stay there
 * @param journalLimit bytes that may wait for the database
 * @param forward how often the journal is looked at
 * @param stall longest time without a byte while a file is read
 */
public record FilingSettings(
        Path spool, boolean ownSpool, Duration spoolKeep, long journalLimit, Duration forward, Duration stall) {
    private static final String SPOOL = "chasqui.filing.spool";

    public static FilingSettings from(Settings settings) {
        String set = settings.text(SPOOL);
        Path spool = folder(settings, set.isEmpty() ? settings.text("chasqui.home") + "/filing/spool" : set);
        if (!set.isEmpty() && spool != null && !Files.isDirectory(spool)) {
            settings.refuse(SPOOL, "there is no such folder");
        }
        long limit = settings.bytes("chasqui.filing.journal-limit");
        if (limit < 1 << 20) {
            settings.refuse("chasqui.filing.journal-limit", "wants 1MiB or more");
        }
        return new FilingSettings(
                spool,
                set.isEmpty(),
                settings.duration("chasqui.filing.spool-keep"),
                limit,
                settings.duration("chasqui.filing.forward"),
                settings.duration("chasqui.lease.stall"));
    }

    private static Path folder(Settings settings, String text) {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException wrong) {
            settings.refuse(SPOOL, "is no path");
            return null;
        }
    }
}
