package chasqui.inspection;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What is known under a name.
 *
 * @param trace null unless exactly one thing has that name
 * @param candidates the things that have it, when there are several; at most 20
 */
public record TraceAnswer(Trace trace, List<Candidate> candidates) {
    /** One of several things; ask for its UUID. */
    public record Candidate(String kind, String uuid, String name, String location) {}

    @JsonIgnore
    public boolean isUnknown() {
        return trace == null && candidates.isEmpty();
    }
}
