package chasqui.demo;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.demo.Display.Line;
import chasqui.pipeline.Stage;
import chasqui.testing.TestClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a person sees while the demo runs. */
class DisplayTest {
    private static final long MIB = 1 << 20;

    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream terminal = new PrintStream(screen, true, StandardCharsets.UTF_8);
    private final TestClock clock = new TestClock();

    @Test
    void no_line_is_wider_than_a_terminal_of_80_columns_however_many_files_there_are() {
        try (Display bars = new StageBars(terminal, clock)) {
            for (long gone = 0; gone <= 1_000_000; gone += 250_000) {
                for (Stage stage : Stage.values()) {
                    bars.show(new Line(stage, gone, 1_000_000, gone * MIB, 1_000_000 * MIB));
                }
                clock.advance(Duration.ofHours(3));
            }
        }
        assertThat(shown().lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(StageBars.WIDTH));
        assertThat(shown()).contains("100%");
    }

    @Test
    void rate_and_time_left_are_those_of_the_stage_itself_and_stand_still_when_it_is_done() {
        Pace pace = new Pace();
        pace.note(new Line(Stage.ARCHIVE, 0, 10, 0, 100 * MIB), clock.instant());
        clock.advance(Duration.ofHours(1));
        pace.note(new Line(Stage.ARCHIVE, 0, 10, 0, 100 * MIB), clock.instant());
        assertThat(pace.rate()).isEmpty();

        clock.advance(Duration.ofSeconds(10));
        pace.note(new Line(Stage.ARCHIVE, 1, 10, 20 * MIB, 100 * MIB), clock.instant());
        assertThat(pace.rate()).isEqualTo("2.0 MiB/s");
        assertThat(pace.eta()).isEqualTo("ETA 0:40");

        clock.advance(Duration.ofSeconds(10));
        pace.note(new Line(Stage.ARCHIVE, 10, 10, 100 * MIB, 100 * MIB), clock.instant());
        clock.advance(Duration.ofHours(1));
        pace.note(new Line(Stage.ARCHIVE, 10, 10, 100 * MIB, 100 * MIB), clock.instant());
        assertThat(pace.rate()).isEqualTo("5.0 MiB/s");
        assertThat(pace.eta()).isEmpty();
    }

    @Test
    void what_is_logged_meanwhile_stands_whole_above_the_bars() {
        PrintStream before = System.err;
        System.setErr(terminal);
        try (Display bars = new StageBars(terminal, clock)) {
            bars.show(new Line(Stage.FILING, 1, 2, MIB, 2 * MIB));
            System.err.print("the first half ");
            bars.show(new Line(Stage.FILING, 2, 2, 2 * MIB, 2 * MIB));
            System.err.println("and the second");
            System.err.print("without an end");
        } finally {
            System.setErr(before);
        }
        assertThat(shown()).contains("the first half and the second\n");
        String last = shown().substring(shown().indexOf("and the second"));
        assertThat(last).contains("0 filing").contains("7 deletion").endsWith("without an end");
    }

    @Test
    void plain_lines_have_no_control_characters() {
        try (Display lines = new StageLines(terminal, clock)) {
            for (Stage stage : Stage.values()) {
                lines.show(new Line(stage, 0, 7, 0, 7 * MIB));
                clock.advance(Duration.ofSeconds(1));
                lines.show(new Line(stage, 7, 7, 7 * MIB, 7 * MIB));
            }
        }
        assertThat(screen.toString(StandardCharsets.UTF_8).lines())
                .hasSize(Stage.values().length)
                .contains("5 archive    7/7 files  7.0/7.0 MiB  7.0 MiB/s")
                .allSatisfy(line -> assertThat(line.chars().anyMatch(Character::isISOControl))
                        .isFalse());
    }

    /** The text without its control sequences. */
    private String shown() {
        return String.join(
                "\n",
                Arrays.asList(screen.toString(StandardCharsets.UTF_8)
                        .replaceAll("\u001b\\[[?0-9]*[a-zA-Z]", "")
                        .replace("\r", "")
                        .split("\n")));
    }
}
