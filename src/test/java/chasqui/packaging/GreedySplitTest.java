package chasqui.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.packaging.GreedySplit.Piece;
import java.util.List;
import org.junit.jupiter.api.Test;

class GreedySplitTest {
    private final GreedySplit split = new GreedySplit(100);

    private void add(long... sizes) {
        for (int i = 0; i < sizes.length; i++) {
            split.add(i, sizes[i], 10);
        }
    }

    private List<List<Long>> full() {
        return split.full().stream().map(Piece::files).toList();
    }

    @Test
    void files_are_taken_in_order_as_long_as_they_fit() {
        add(40, 40, 40, 10);
        assertThat(full()).containsExactly(List.of(0L, 1L));
        assertThat(split.open().orElseThrow()).isEqualTo(new Piece(List.of(2L, 3L), 50));
    }

    @Test
    void a_package_that_reaches_the_cap_is_full() {
        add(60, 40, 1);
        assertThat(full()).containsExactly(List.of(0L, 1L));
        assertThat(split.open().orElseThrow().files()).containsExactly(2L);
    }

    @Test
    void a_file_above_the_cap_is_a_package_of_its_own() {
        add(10, 500, 10);
        assertThat(full()).containsExactly(List.of(0L), List.of(1L));
        assertThat(split.open().orElseThrow().files()).containsExactly(2L);
    }

    @Test
    void empty_files_are_bounded_by_their_number() {
        for (int i = 0; i < GreedySplit.MOST_FILES + 1; i++) {
            split.add(i, 0, 10);
        }
        assertThat(split.full()).hasSize(1);
        assertThat(split.full().get(0).files()).hasSize(GreedySplit.MOST_FILES);
        assertThat(split.open().orElseThrow().files()).hasSize(1);
    }

    @Test
    void long_names_are_bounded_too() {
        int names = (int) (GreedySplit.MOST_NAME_CHARACTERS / 2);
        split.add(1, 1, names);
        split.add(2, 1, names);
        split.add(3, 1, names);
        assertThat(full()).containsExactly(List.of(1L, 2L));
    }

    @Test
    void nothing_gives_nothing() {
        assertThat(split.full()).isEmpty();
        assertThat(split.open()).isEmpty();
    }
}
