package chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackagingBenchTest {
    @TempDir
    Path dir;

    @BeforeEach
    void theToolsAreHere() {
        assumeThatCode(StandardTools::new)
                .as("SKIPPED: the tools that packaging is compared with are not installed (Debian: xxhash, openssl)")
                .doesNotThrowAnyException();
    }

    @Test
    void a_small_run_measures_both_on_all_three_sets_and_leaves_nothing() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> said = new ArrayList<>();
        PackagingBench.run(dir, Pairs.FEWEST, 0.002, said::add).print(true, new PrintStream(out));
        JsonNode report = new ObjectMapper().readTree(out.toByteArray());
        assertThat(report.get("cases")).hasSize(3).allSatisfy(one -> {
            assertThat(one.get("case").asText()).isNotEmpty();
            for (String number : List.of("ours", "peer", "ratio")) {
                assertThat(one.get(number).asDouble()).isPositive();
                assertThat(one.get(number + "Min").asDouble())
                        .isLessThanOrEqualTo(one.get(number + "Max").asDouble());
            }
        });
        assertThat(report.get("ceilings").get("sha256OneCore").asDouble()).isPositive();
        assertThat(said).contains("one big file: warming up", "20,000 files of 4 KiB: pair 5 of 5");
        assertThat(dir).isEmptyDirectory();
    }
}
