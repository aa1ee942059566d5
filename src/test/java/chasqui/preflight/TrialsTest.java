package chasqui.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrialsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MANY = 3 * Trials.ABREAST;

    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger under = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private Trials trials;

    @AfterEach
    void close() {
        go.countDown();
        trials.close();
    }

    @Test
    void many_checks_are_tried_some_at_a_time() {
        trials = new Trials(Duration.ofHours(1));
        for (int i = 0; i < MANY; i++) {
            trials.begin(waiting(), sequel());
        }
        await().atMost(LIMIT).until(() -> begun.get() == Trials.ABREAST);
        go.countDown();
        await().atMost(LIMIT).until(() -> ended.get() == MANY);
        assertThat(most).hasValueLessThanOrEqualTo(Trials.ABREAST);
    }

    @Test
    void those_that_hang_hold_up_no_other() {
        trials = new Trials(Duration.ofMillis(20));
        for (int i = 0; i < MANY; i++) {
            trials.begin(waiting(), sequel());
        }
        trials.begin(new Check("well", "", List.of(), LIMIT, List::of), sequel());
        await().atMost(LIMIT).until(() -> ended.get() == 1);
        assertThat(begun).as("of those that hang").hasValue(MANY);
    }

    private Check waiting() {
        return new Check("waiting", "", List.of(), LIMIT, () -> {
            begun.incrementAndGet();
            most.accumulateAndGet(under.incrementAndGet(), Math::max);
            go.await();
            under.decrementAndGet();
            return List.of();
        });
    }

    private Trials.Sequel sequel() {
        return new Trials.Sequel() {
            @Override
            public void ended(List<Finding> findings) {
                ended.incrementAndGet();
            }

            @Override
            public void free() {}
        };
    }
}
