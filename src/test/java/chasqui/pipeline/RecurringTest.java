package chasqui.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecurringTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final ScheduledExecutorService pool = Executors.newScheduledThreadPool(1);
    private final AtomicInteger rounds = new AtomicInteger();
    private volatile Throwable thrown = new OutOfMemoryError("unable to create native thread");

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_throws_an_error_comes_again_and_says_so_until_it_is_over(boolean inStep) {
        Recurring task = new Recurring("counting", this::round);
        Recurring begun = inStep ? task.inStep(pool, PAUSE) : task.every(pool, PAUSE);
        await().atMost(LIMIT).until(() -> rounds.get() > 2);
        assertThat(begun.trouble())
                .contains("counting failed and is tried again:"
                        + " java.lang.OutOfMemoryError: unable to create native thread");
        thrown = new IllegalStateException("beside itself");
        await().atMost(LIMIT).until(() -> begun.trouble().orElse("").contains("beside itself"));
        thrown = null;
        await().atMost(LIMIT).until(() -> begun.trouble().isEmpty());
    }

    private void round() {
        rounds.incrementAndGet();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException failure) {
            throw failure;
        }
    }
}
