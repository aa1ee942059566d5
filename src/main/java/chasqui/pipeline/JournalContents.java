package chasqui.pipeline;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * What lies in the journal of results of a home.
 *
 * @param waiting results that the database has not taken yet
 * @param oldestAt when the oldest of them was written, by this machine's clock; null: none waits
 * @param refused results that a human has to look at
 * @param trouble why this may not be all; null: it is all
 */
public record JournalContents(String folder, int waiting, Instant oldestAt, int refused, String trouble) {
    /** For people; empty when there is nothing to tell. */
    public List<String> told() {
        List<String> told = new ArrayList<>();
        if (trouble != null) {
            told.add("results of finished work may wait in " + folder + ": " + trouble);
        }
        if (oldestAt != null) {
            told.add(waiting + " results of finished work wait in " + folder + " for the database, the oldest since "
                    + oldestAt.truncatedTo(ChronoUnit.SECONDS));
        }
        if (refused > 0) {
            told.add(refused + " results were refused; look at " + Path.of(folder, "refused"));
        }
        return told;
    }
}
