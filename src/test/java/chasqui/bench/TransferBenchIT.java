package chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;
import static org.awaitility.Awaitility.await;

import chasqui.testing.Program;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiny runs of the bench, with its own service and the real tools. */
class TransferBenchIT {
    private static final int PAIRS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(3);

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

    @Test
    void a_small_run_of_bbcp_measures_one_package_and_a_queue() throws Exception {
        assumeThatCode(ThrowAwaySshd::require)
                .as("SKIPPED: what bbcp is measured with is not installed (Debian: openssh-server; and bbcp itself)")
                .doesNotThrowAnyException();
        JsonNode report = json(TransferBench.run(dir, PAIRS, 0.0005, List.of("bbcp", "bbcp-queue"), said -> {}));
        assertThat(report.get("cases")).hasSize(2).allSatisfy(TransferBenchIT::isMeasured);
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void a_small_run_over_the_long_link_measures_a_queue_beside_iperf_and_bbcp() throws Exception {
        assumeThatCode(LongLink::require)
                .as(
                        "SKIPPED: no emulated long link here (root, /dev/net/tun, gcc, iproute2, iperf3, openssh-server, bbcp)")
                .doesNotThrowAnyException();
        JsonNode report = json(TransferBench.run(dir, 1, 0.0005, List.of("wan-loss"), said -> {}));
        assertThat(report.get("cases")).hasSize(2).allSatisfy(TransferBenchIT::isMeasured);
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void a_case_that_this_machine_cannot_do_is_named_and_the_others_go_on() throws Exception {
        Map<String, TransferBench.Case> cases = new LinkedHashMap<>();
        cases.put("impossible", (folder, pairs, scale, says) -> {
            throw new BenchImpossible("there is no such thing: install it");
        });
        cases.put(
                "possible",
                (folder, pairs, scale, says) ->
                        List.of(Pairs.run("possible", 1, pairs, Duration.ZERO, pair -> {}, () -> 1, () -> 2)));
        JsonNode report = json(TransferBench.run(dir, PAIRS, 1, cases, said -> {}));
        assertThat(report.at("/conditions/not measured: impossible").asText())
                .isEqualTo("there is no such thing: install it");
        assertThat(report.get("cases")).hasSize(1).allSatisfy(TransferBenchIT::isMeasured);
    }

    @Test
    void a_bench_that_is_ended_from_outside_ends_its_service_and_leaves_nothing(@TempDir Path output) throws Exception {
        try (Program bench = Program.start(
                output, Map.of(), "bench", "transfer", "--only", "cp", "--dir", dir.toString(), "--scale", "0.02")) {
            await().atMost(LIMIT).until(() -> isSending(bench));
            bench.terminate();
            bench.await(LIMIT);
            assertThat(dir).isEmptyDirectory();
        }
    }

    /** The service of the bench has a buffer with a package in it. */
    private boolean isSending(Program bench) throws IOException {
        assertThat(bench.alive()).as(bench.err()).isTrue();
        try (Stream<Path> all = Files.walk(dir)) {
            return all.anyMatch(path -> path.endsWith("here/buffer/dtp"));
        } catch (UncheckedIOException | NoSuchFileException underOurFeet) {
            return false;
        }
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
