package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final long PART = 100;

    @Test
    void only_what_is_complete_from_the_beginning_on_counts() throws IOException {
        CountDownLatch first = new CountDownLatch(1);
        AtomicInteger others = new AtomicInteger();
        try (Arrivals arrivals = new Arrivals("test", 3, 3, PART, (part, told) -> {
            if (part == 0) {
                told.complete(40);
                hold(first);
            } else {
                others.incrementAndGet();
            }
            told.complete(part == 2 ? 7 : PART);
        })) {
            await().until(() -> others.get() == 2 && arrivals.completeBehind(0, 1) >= 40);
            assertThat(arrivals.completeBehind(40, 1)).isEqualTo(40);
            first.countDown();
            await().until(() -> arrivals.completeBehind(40, 10) == 207);
        }
    }

    @Test
    void who_is_far_ahead_of_the_caller_waits_for_it() throws IOException {
        AtomicInteger arrived = new AtomicInteger();
        try (Arrivals arrivals = new Arrivals("test", 2, 50, PART, (part, told) -> {
            told.complete(PART);
            arrived.incrementAndGet();
        })) {
            await().until(() -> arrived.get() == 3);
            await().until(() -> arrivals.completeBehind(0, 1) == 500);
            assertThat(arrived).hasValue(3);
            long done = 0;
            while (done < 50 * PART) {
                done = arrivals.completeBehind(done, 10);
                arrivals.seen(done);
            }
            await().until(() -> arrived.get() == 50);
        }
    }

    @Test
    void a_part_that_fails_fails_all() {
        assertThatThrownBy(() -> {
                    try (Arrivals arrivals = new Arrivals("test", 2, 4, PART, (part, told) -> {
                        throw new IOException("cut");
                    })) {
                        while (true) {
                            arrivals.completeBehind(0, 10);
                        }
                    }
                })
                .hasMessage("cut");
    }

    private static void hold(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
