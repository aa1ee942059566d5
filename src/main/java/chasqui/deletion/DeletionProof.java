package chasqui.deletion;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.time.Instant;
import java.util.List;

/**
 * That one copy may go, and why. A deletion takes this and nothing else. Only {@link DeletionPolicy} makes one.
 *
 * @param evidence every archived copy that counted, in order of package and location
 * @param archivedIn in how many archives each package concerned is, the least of them
 * @param decidedAt on the database's clock
 */
public record DeletionProof(
        DeletionRule rule, Victim victim, List<Evidence> evidence, int archivedIn, Instant decidedAt) {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    public DeletionProof {
        evidence = List.copyOf(evidence);
    }

    String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a proof is plain data", impossible);
        }
    }

    /** @throws IllegalArgumentException the text is not a proof */
    static DeletionProof parse(String json) {
        try {
            return JSON.readValue(json, DeletionProof.class);
        } catch (JsonProcessingException broken) {
            throw new IllegalArgumentException("not a deletion proof: " + broken.getOriginalMessage(), broken);
        }
    }
}
