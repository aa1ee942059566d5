package chasqui.pipeline;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What waits in this process for the database to take it.
 *
 * @param results how many
 * @param oldest when the first of them was finished; null: there is none
 * @param operations ids; what lies there for them is not to be touched
 * @param problems what a human should do something about; empty: nothing
 */
public record LateReport(int results, Instant oldest, Set<Long> operations, List<String> problems) {
    /** For people; empty when nothing waits. */
    public Optional<String> told() {
        return results == 0
                ? Optional.empty()
                : Optional.of(results + " results of finished work wait for the database, the oldest since "
                        + oldest.truncatedTo(ChronoUnit.SECONDS));
    }
}
