package chasqui.filing;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.UUID;

/**
 * What an instrument is told. What stands under {@code filed} is kept, whatever happens next.
 *
 * @param location where the files lie, {@code site/name}; null when the request itself was refused
 * @param filed in the order in which they are registered
 * @param finished the observation was declared complete
 * @param refused the others
 * @param error why nothing at all was done; null otherwise
 * @param again the same request may succeed later
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Answer(
        String location,
        boolean finished,
        List<Filed> filed,
        List<FilingReport.Refused> refused,
        List<String> warnings,
        String error,
        boolean again) {

    /** A file that is kept: the UUID that it has from now on, and what was read of it. */
    public record Filed(UUID uuid, String path, long sizeBytes, String xxh64, String sha256) {}

    static Answer refused(String error, boolean again) {
        return new Answer(null, false, List.of(), List.of(), List.of(), error, again);
    }

    @JsonIgnore
    public boolean complete() {
        return error == null && refused.isEmpty();
    }
}
