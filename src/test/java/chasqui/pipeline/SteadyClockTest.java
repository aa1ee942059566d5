package chasqui.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
    @Test
    void it_begins_with_the_machines_time_and_never_goes_back() {
        Instant before = Instant.now();
        SteadyClock clock = new SteadyClock();
        Instant last = clock.instant();
        assertThat(Duration.between(before, last)).isBetween(Duration.ofSeconds(-1), Duration.ofMinutes(1));
        for (int i = 0; i < 1000; i++) {
            Instant next = clock.instant();
            assertThat(next).isAfterOrEqualTo(last);
            last = next;
        }
    }
}
