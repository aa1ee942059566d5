package chasqui.deletion;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProofFactsTest {
    @Test
    void a_time_comes_back_to_the_nanosecond_also_when_the_database_rounded_it_into_the_next_second() {
        Instant exact = Instant.parse("2026-01-01T00:00:00.999999999Z");
        assertThat(ProofFacts.moment(Instant.parse("2026-01-01T00:00:01Z"), 999_999_999))
                .isEqualTo(exact);
        assertThat(ProofFacts.moment(Instant.parse("2026-01-01T00:00:00.123457Z"), 123_456_789))
                .isEqualTo(Instant.parse("2026-01-01T00:00:00.123456789Z"));
        assertThat(ProofFacts.moment(Instant.parse("2026-01-01T00:00:00Z"), 0))
                .isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(ProofFacts.moment(null, 5)).isNull();
        assertThat(ProofFacts.moment(exact, null)).as("unknown").isNull();
    }
}
