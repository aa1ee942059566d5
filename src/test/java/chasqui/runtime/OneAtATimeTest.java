package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OneAtATimeTest {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch hangs = new CountDownLatch(1);
    private final AtomicInteger times = new AtomicInteger();
    private final OneAtATime rounds = new OneAtATime(this::round);
    private final Thread first = new Thread(rounds, "first");

    @AfterEach
    void end() throws Exception {
        hangs.countDown();
        first.join();
    }

    @Test
    void who_asks_while_it_hangs_does_not_wait_and_is_served_by_one_more_round() throws Exception {
        first.start();
        begun.await();
        rounds.run();
        rounds.run();
        assertThat(times).hasValue(1);
        hangs.countDown();
        first.join();
        assertThat(times).hasValue(2);
    }

    @Test
    void closing_does_not_wait_for_ever_and_nothing_begins_after_it() throws Exception {
        first.start();
        begun.await();
        rounds.run();
        assertThat(rounds.close(Duration.ofMillis(10))).isFalse();
        hangs.countDown();
        first.join();
        assertThat(times).hasValue(1);
        assertThat(rounds.close(Duration.ofSeconds(30))).isTrue();
    }

    private void round() {
        times.incrementAndGet();
        begun.countDown();
        try {
            // Past this, an ask that waits is a failure and no test that never ends.
            hangs.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
