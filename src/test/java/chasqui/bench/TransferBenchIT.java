package chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiny runs of the bench, with its own service and the real tools. */
class TransferBenchIT {
    private static final int PAIRS = 2;

    @TempDir
    Path dir;

    @Test
    void a_small_run_of_cp_measures_both_and_leaves_nothing() throws Exception {
        List<String> said = new ArrayList<>();
        JsonNode report = json(TransferBench.run(dir, PAIRS, 0.0005, List.of("cp"), said::add));
        assertThat(report.get("cases")).hasSize(1).allSatisfy(TransferBenchIT::isMeasured);
        assertThat(said).contains("cp: pair 2 of 2");
        assertThat(dir).isEmptyDirectory();
    }

    private static void isMeasured(JsonNode one) {
        for (String number : List.of("ours", "peer", "ratio")) {
            assertThat(one.get(number).asDouble()).as(number).isPositive();
            assertThat(one.get(number + "Min").asDouble())
                    .isLessThanOrEqualTo(one.get(number + "Max").asDouble());
        }
    }

    private static JsonNode json(BenchReport report) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(true, new PrintStream(out));
        return new ObjectMapper().readTree(out.toByteArray());
    }
}
