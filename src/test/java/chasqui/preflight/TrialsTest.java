package chasqui.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
    private final AtomicInteger freed = new AtomicInteger();
    private final List<Finding> findings = new CopyOnWriteArrayList<>();
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
        await("those that hang").atMost(LIMIT).until(() -> begun.get() == MANY);
    }

    /** JUnit itself ends at the OutOfMemoryError that Java throws when the machine has no thread left. */
    @Test
    void a_check_that_finds_no_thread_is_told_and_free_to_be_tried_again_and_those_behind_it_are_tried() {
        AtomicInteger refused = new AtomicInteger(MANY);
        trials = new Trials(
                Duration.ofHours(1),
                new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    if (refused.getAndDecrement() > 0) {
                        throw new InternalError("unable to create native thread");
                    }
                    return new Thread(task);
                }));
        go.countDown();
        for (int i = 0; i < MANY; i++) {
            trials.begin(waiting(), sequel());
        }
        assertThat(findings).hasSize(MANY).allSatisfy(finding -> assertThat(finding.reason())
                .contains("could not be tried")
                .contains("unable to create native thread"));
        assertThat(freed).as("can be tried again").hasValue(MANY);
        trials.begin(waiting(), sequel());
        await().atMost(LIMIT).until(() -> freed.get() == MANY + 1);
        assertThat(begun).hasValue(1);
    }

    @Test
    void a_check_that_ends_in_an_error_is_told_as_failed() {
        trials = new Trials();
        Check broken = new Check("broken", "", List.of(), LIMIT, () -> {
            throw new UnsatisfiedLinkError("no such library");
        });
        trials.begin(broken, sequel());
        await().atMost(LIMIT).until(() -> freed.get() == 1);
        assertThat(findings).singleElement().satisfies(finding -> assertThat(finding.reason())
                .contains("no such library"));
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
            public void ended(List<Finding> found) {
                findings.addAll(found);
                ended.incrementAndGet();
            }

            @Override
            public void free() {
                freed.incrementAndGet();
            }
        };
    }
}
