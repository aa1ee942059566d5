package chasqui.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BundleTest {
    private static Candidate candidate(long id, long buffer, long size, boolean waited) {
        return new Candidate(id, id, buffer, 1, 1, size, 100, waited);
    }

    private static Candidate ofKind(long id, long instrument, int priority, boolean waited) {
        return new Candidate(id, id, 1, 1, instrument, 10, priority, waited);
    }

    private static List<List<Long>> bundles(Candidate... candidates) {
        return Bundle.of(Arrays.asList(candidates), 100).stream()
                .map(bundle ->
                        bundle.packages().stream().map(Candidate::packageId).toList())
                .toList();
    }

    @Test
    void a_bundle_goes_when_it_is_full() {
        assertThat(bundles(candidate(1, 1, 60, false), candidate(2, 1, 40, false), candidate(3, 1, 10, false)))
                .containsExactly(List.of(1L, 2L));
    }

    @Test
    void what_does_not_fit_begins_the_next_bundle() {
        assertThat(bundles(candidate(1, 1, 60, false), candidate(2, 1, 50, false)))
                .containsExactly(List.of(1L));
    }

    @Test
    void a_bundle_goes_when_one_of_its_packages_has_waited() {
        assertThat(bundles(candidate(1, 1, 10, true), candidate(2, 1, 10, false)))
                .containsExactly(List.of(1L, 2L));
        assertThat(bundles(candidate(1, 1, 10, false), candidate(2, 1, 10, false)))
                .isEmpty();
    }

    @Test
    void a_large_package_travels_alone() {
        assertThat(bundles(candidate(1, 1, 500, false))).containsExactly(List.of(1L));
    }

    @Test
    void buffers_are_not_mixed() {
        assertThat(bundles(candidate(1, 1, 10, true), candidate(2, 2, 10, true), candidate(3, 1, 10, false)))
                .containsExactly(List.of(1L, 3L), List.of(2L));
    }

    @Test
    void instruments_are_not_mixed_so_that_they_can_take_turns() {
        assertThat(bundles(ofKind(1, 1, 100, true), ofKind(2, 2, 100, true), ofKind(3, 1, 100, false)))
                .containsExactly(List.of(1L, 3L), List.of(2L));
    }

    @Test
    void priorities_are_not_mixed_so_that_what_is_urgent_does_not_wait() {
        assertThat(bundles(ofKind(1, 1, 10, true), ofKind(2, 1, 100, false))).containsExactly(List.of(1L));
    }

    @Test
    void a_bundle_is_bounded_by_its_number_too() {
        Candidate[] many = IntStream.range(0, Bundle.MOST_PACKAGES + 1)
                .mapToObj(i -> candidate(i, 1, 0, false))
                .toArray(Candidate[]::new);
        assertThat(Bundle.of(Arrays.asList(many), 100)).hasSize(1);
    }
}
