package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunningProcessTest {
    private static final long ME = ProcessHandle.current().pid();

    @Test
    void a_process_has_lived_as_long_as_the_clock_says() {
        assertThat(RunningProcess.lived(ME, 0, Clock.systemUTC())).isTrue();
        assertThat(RunningProcess.lived(ME, 86_400, Clock.systemUTC())).isFalse();
        Clock tomorrow = Clock.offset(Clock.systemUTC(), Duration.ofDays(1));
        assertThat(RunningProcess.lived(ME, 86_400, tomorrow)).isTrue();
    }
}
