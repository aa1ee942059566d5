package chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairsTest {
    @Test
    void both_run_in_strict_alternation_and_the_first_pair_does_not_count() throws Exception {
        List<String> runs = new ArrayList<>();
        BenchCase result = Pairs.run(
                "case",
                12,
                3,
                Duration.ZERO,
                pair -> runs.add("pair " + pair),
                () -> {
                    runs.add("ours");
                    return runs.size() < 4 ? 1000 : 2;
                },
                () -> {
                    runs.add("peer");
                    return runs.size() < 4 ? 1000 : 4;
                });
        assertThat(runs)
                .containsExactly(
                        "pair 0", "ours", "peer", "pair 1", "ours", "peer", "pair 2", "ours", "peer", "pair 3", "ours",
                        "peer");
        assertThat(result.ours()).isEqualTo(new Spread(6, 6, 6));
        assertThat(result.peer()).isEqualTo(new Spread(3, 3, 3));
        assertThat(result.ratio()).isEqualTo(new Spread(2, 2, 2));
    }
}
