package chasqui.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.topology.ArchiveSite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    private static ArchiveSite site(String name, int weight) {
        return new ArchiveSite(name.charAt(0), name, weight);
    }

    /** Names of the next choices, each one seeing those before it. */
    private static String choices(LinkedList<Long> recent, int count, ArchiveSite... sites) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < count; i++) {
            ArchiveSite next = RoundRobin.next(recent, List.of(sites));
            recent.addFirst(next.siteId());
            names.append(next.shortName());
        }
        return names.toString();
    }

    @Test
    void equal_sites_take_turns() {
        assertThat(choices(new LinkedList<>(), 6, site("a", 1), site("b", 1))).isEqualTo("ababab");
        assertThat(choices(new LinkedList<>(), 6, site("a", 7), site("b", 7), site("c", 7)))
                .isEqualTo("abcabc");
    }

    @Test
    void weights_are_kept_and_spread_out() {
        assertThat(choices(new LinkedList<>(), 9, site("a", 2), site("b", 1))).isEqualTo("abaabaaba");
        String many = choices(new LinkedList<>(), 700, site("a", 5), site("b", 1), site("c", 1));
        assertThat(many.chars().filter(c -> c == 'a').count()).isEqualTo(500);
        assertThat(many.chars().filter(c -> c == 'b').count()).isEqualTo(100);
        assertThat(many).doesNotContain("bb").doesNotContain("cc").doesNotContain("a".repeat(6));
    }

    @Test
    void the_position_follows_from_what_was_chosen_and_survives_any_restart() {
        LinkedList<Long> recent = new LinkedList<>();
        String first = choices(recent, 5, site("a", 3), site("b", 2));
        LinkedList<Long> read = new LinkedList<>(new ArrayList<>(recent));
        assertThat(first + choices(read, 5, site("a", 3), site("b", 2)))
                .isEqualTo(choices(new LinkedList<>(), 10, site("a", 3), site("b", 2)));
    }

    @Test
    void a_site_that_was_away_gets_its_share_and_no_flood() {
        LinkedList<Long> recent = new LinkedList<>(Collections.nCopies(500, (long) 'a'));
        String next = choices(recent, 20, site("a", 1), site("b", 1));
        assertThat(next).isEqualTo("ba".repeat(10));
    }

    @Test
    void sites_that_are_no_candidates_do_not_count() {
        LinkedList<Long> recent = new LinkedList<>(List.of((long) 'z', (long) 'z', (long) 'a'));
        assertThat(choices(recent, 2, site("a", 1), site("b", 1))).isEqualTo("ba");
    }

    @Test
    void a_single_site_gets_everything() {
        assertThat(choices(new LinkedList<>(), 3, site("a", 1000))).isEqualTo("aaa");
    }
}
