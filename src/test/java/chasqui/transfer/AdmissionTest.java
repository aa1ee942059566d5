package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.link.Link;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Link LINK = new Link(1, 2);
    private static final long A = 1;
    private static final long B = 2;

    private static Contender waiting(long id, int priority, long instrument) {
        return new Contender(id, null, LINK, priority, instrument, false);
    }

    private static Contender admitted(long id, int priority) {
        return new Contender(id, id, LINK, priority, A, true);
    }

    private static List<Long> begun(Admission admission) {
        return admission.begin().stream().map(Contender::transferId).toList();
    }

    private static List<Long> heldBack(Admission admission) {
        return admission.holdBack().stream().map(Contender::transferId).toList();
    }

    /** Who goes in which order over a link that carries one at a time. */
    private static List<Long> order(List<Contender> contenders) {
        List<Contender> left = new ArrayList<>(contenders);
        Map<Long, Long> turns = new HashMap<>();
        List<Long> order = new ArrayList<>();
        while (!left.isEmpty()) {
            Admission one = new Admission(left, 1, turns);
            turns.putAll(one.taken());
            left.removeAll(one.begin());
            order.addAll(begun(one));
        }
        return order;
    }

    @Test
    void no_more_begin_than_there_is_room_for() {
        List<Contender> five =
                LongStream.rangeClosed(1, 5).mapToObj(i -> waiting(i, 100, A)).toList();
        assertThat(begun(new Admission(five, 2, Map.of()))).containsExactly(1L, 2L);
        assertThat(begun(new Admission(five, 0, Map.of()))).isEmpty();
        assertThat(begun(new Admission(five, 9, Map.of()))).hasSize(5);
    }

    @Test
    void a_trickle_is_not_starved_by_a_backlog_of_days() {
        List<Contender> backlog = new ArrayList<>(LongStream.rangeClosed(1, 1000)
                .mapToObj(i -> waiting(i, 100, A))
                .toList());
        backlog.add(waiting(2001, 100, B));
        backlog.add(waiting(2002, 100, B));
        assertThat(order(backlog).subList(0, 6)).containsExactly(1L, 2001L, 2L, 2002L, 3L, 4L);
    }

    @Test
    void a_flood_of_another_instrument_takes_no_more_than_every_second_turn() {
        List<Contender> flood = new ArrayList<>(LongStream.rangeClosed(1, 1000)
                .mapToObj(i -> waiting(i, 100, B))
                .toList());
        LongStream.rangeClosed(2001, 2010).forEach(i -> flood.add(waiting(i, 100, A)));
        List<Long> first = order(flood).subList(0, 20);
        assertThat(first.stream().filter(id -> id > 2000)).hasSize(10);
    }

    @Test
    void what_is_urgent_overtakes_whoever_has_the_turn() {
        assertThat(order(List.of(waiting(1, 100, A), waiting(2, 100, B), waiting(9, 10, A), waiting(8, 10, A))))
                .startsWith(8L, 9L)
                .endsWith(1L);
    }

    @Test
    void within_one_instrument_and_priority_the_oldest_goes_first() {
        assertThat(order(List.of(waiting(3, 100, A), waiting(1, 100, A), waiting(2, 100, A))))
                .containsExactly(1L, 2L, 3L);
    }

    @Test
    void what_nobody_began_yet_makes_room_for_what_is_more_urgent_and_for_nothing_else() {
        List<Contender> admitted = List.of(admitted(1, 100), admitted(2, 100));
        List<Contender> bulk = new ArrayList<>(admitted);
        bulk.add(waiting(3, 100, B));
        assertThat(begun(new Admission(bulk, 2, Map.of(A, 5L)))).isEmpty();
        assertThat(heldBack(new Admission(bulk, 2, Map.of(A, 5L)))).isEmpty();
        List<Contender> urgent = new ArrayList<>(admitted);
        urgent.add(waiting(3, 10, B));
        assertThat(begun(new Admission(urgent, 2, Map.of()))).containsExactly(3L);
        assertThat(heldBack(new Admission(urgent, 2, Map.of()))).containsExactly(2L);
    }

    @Test
    void what_nobody_began_yet_is_held_back_when_the_link_is_closed() {
        assertThat(heldBack(new Admission(List.of(admitted(1, 100), admitted(2, 10)), 0, Map.of())))
                .containsExactlyInAnyOrder(1L, 2L);
    }
}
