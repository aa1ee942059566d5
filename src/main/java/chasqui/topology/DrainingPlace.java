package chasqui.topology;

import java.time.Instant;
import java.util.List;

/**
 * A site or data location that takes nothing new.
 *
 * @param place {@code site} or {@code site/location}
 * @param type of a location; null for a site
 * @param by who said so; null: whoever wrote it into the database
 * @param left what is still there or on its way there, such as {@code copies of raw data packages (12)}; empty: nothing
 */
public record DrainingPlace(
        String place, LocationType type, Instant since, String by, String reason, List<String> left) {
    /** It can be switched off. */
    public boolean isEmpty() {
        return left.isEmpty();
    }
}
