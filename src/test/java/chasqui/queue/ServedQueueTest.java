package chasqui.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ServedQueueTest {
    private final Deque<Runnable> threads = new ArrayDeque<>();
    private final List<String> worked = new ArrayList<>();
    private final List<String> answered = new ArrayList<>();
    private final ServedQueue queue = new ServedQueue("queue", 2, threads::add, worked::add, () -> {});

    @Test
    void hints_beyond_the_workers_wait_for_one_and_more_of_them_are_answered_unheard() {
        for (int i = 1; i <= 5; i++) {
            hear(Integer.toString(i));
        }
        assertThat(threads).as("two workers, two threads").hasSize(2);
        assertThat(queue.free()).isZero();
        assertThat(answered).containsExactly("5");

        threads.forEach(Runnable::run);

        assertThat(worked).containsExactlyInAnyOrder("1", "2", "3", "4");
        assertThat(answered).containsExactlyInAnyOrder("1", "2", "3", "4", "5");
        assertThat(queue.free()).isEqualTo(2);
    }

    @Test
    void a_queue_that_is_left_answers_what_waits_and_wakes_nobody() {
        hear("1");
        hear("2");
        hear("3");
        queue.close();
        hear("4");
        assertThat(answered).containsExactly("3", "4");
        assertThat(queue.free()).isZero();
        threads.forEach(Runnable::run);
        assertThat(worked).containsExactly("1", "2");
    }

    @Test
    void a_thread_that_cannot_be_started_costs_no_worker_and_leaves_no_hint_waiting() {
        AtomicBoolean noThread = new AtomicBoolean(true);
        ServedQueue poor = new ServedQueue(
                "poor",
                1,
                task -> {
                    if (noThread.get()) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    threads.add(task);
                },
                worked::add,
                () -> {});
        Hint first = Hint.heard(poor, "1", hint -> answered.add(hint.body()));
        assertThatThrownBy(() -> poor.wake(first)).isInstanceOf(OutOfMemoryError.class);
        assertThat(answered).containsExactly("1");
        assertThat(poor.free()).isEqualTo(1);
        noThread.set(false);
        poor.wake(Hint.heard(poor, "2", hint -> answered.add(hint.body())));
        threads.forEach(Runnable::run);
        assertThat(worked).containsExactly("2");
    }

    private void hear(String operation) {
        queue.wake(Hint.heard(queue, operation, hint -> answered.add(hint.body())));
    }
}
