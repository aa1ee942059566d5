package chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchOptionsTest {
    @TempDir
    Path dir;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void a_bench_that_is_told_nothing_runs_as_many_pairs_as_show_a_spread_of_the_real_thing() {
        BenchOptions options = told(7, "--dir", dir.toString());
        assertThat(refused(options)).isFalse();
        assertThat(options.pairs()).isEqualTo(7);
        assertThat(options.scale()).isEqualTo(1);
        assertThat(said.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--pairs=6", "--scale=0", "--scale=1.01", "--scale=NaN", "--dir=/there is no such folder"})
    void what_would_measure_nothing_is_refused_with_what_was_asked(String wrong) {
        assertThat(refused(told(7, "--dir", dir.toString(), "--scale=0.5", "--pairs=8")))
                .isFalse();
        CommandLine commands = new CommandLine(new BenchOptions(7)).setOverwrittenOptionsAllowed(true);
        commands.parseArgs("--dir", dir.toString(), wrong);
        assertThat(refused(commands.getCommand())).isTrue();
        assertThat(said.toString()).contains("at least 7", wrong.replace('=', ' '));
    }

    private static BenchOptions told(int fewest, String... arguments) {
        return CommandLine.populateCommand(new BenchOptions(fewest), arguments);
    }

    private boolean refused(BenchOptions options) {
        return options.refused(new PrintStream(said, true));
    }
}
