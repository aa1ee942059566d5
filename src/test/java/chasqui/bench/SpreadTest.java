package chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void the_median_is_the_middle_or_between_the_two_middle_ones() {
        assertThat(Spread.of(3, 1, 2)).isEqualTo(new Spread(2, 1, 3));
        assertThat(Spread.of(4, 1, 2, 8)).isEqualTo(new Spread(3, 1, 8));
    }
}
