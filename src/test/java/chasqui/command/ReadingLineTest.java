package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.TestClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadingLineTest {
    @Test
    void it_tells_bytes_and_rate_at_a_readable_pace_and_leaves_a_clean_line() {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        TestClock clock = new TestClock();
        try (ReadingLine line = new ReadingLine(new PrintStream(shown, true), clock)) {
            line.advance(1 << 20);
            assertThat(shown.toString()).as("too soon").isEmpty();
            clock.advance(Duration.ofSeconds(2));
            line.advance(3 << 20);
            assertThat(shown.toString()).endsWith("4.0 MiB read, 2.0 MiB/s");
        }
        assertThat(shown.toString()).endsWith("\r\u001b[K");
    }
}
