package chasqui.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Several tests run at a time, and beside whatever else a machine does. */
class PortsTest {
    private static final String ANY = "[._]port\",\\s*\"0\"";
    private static final Pattern CONSOLE = Pattern.compile("chasqui[._]management" + ANY, Pattern.CASE_INSENSITIVE);
    private static final Pattern FILING = Pattern.compile("chasqui[._]api" + ANY, Pattern.CASE_INSENSITIVE);

    @Test
    void a_service_in_a_test_that_takes_any_port_for_its_console_takes_any_for_filing_too() throws IOException {
        try (Stream<Path> all = Files.walk(Path.of("src/test/java"))) {
            List<Path> sources =
                    all.filter(path -> path.toString().endsWith(".java")).toList();
            assertThat(sources).anyMatch(source -> times(CONSOLE, source) > 0);
            assertThat(sources).allSatisfy(source -> assertThat(times(FILING, source))
                    .as("chasqui.api.port in " + source)
                    .isGreaterThanOrEqualTo(times(CONSOLE, source)));
        }
    }

    private static long times(Pattern set, Path source) {
        try {
            return set.matcher(Files.readString(source)).results().count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
