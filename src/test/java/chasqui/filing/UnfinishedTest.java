package chasqui.filing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnfinishedTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Unfinished unfinished = new Unfinished(nanos::get);

    private Unfinished.Asked comesAgain(String observation, int names) {
        Unfinished.Asked asked = new Unfinished.Asked(
                new Submission(null, "camera", null, observation, null, false, Collections.nCopies(names, "a")), "me");
        unfinished.giveBack(asked, unfinished.take(asked));
        return asked;
    }

    @Test
    void requests_of_many_names_are_forgotten_first_come_first_gone() {
        for (int request = 0; request < 10; request++) {
            comesAgain("obs" + request, 10_000);
        }
        assertThat(unfinished.requests()).isEqualTo(2);
    }

    @Test
    void a_request_that_does_not_come_again_is_forgotten() {
        comesAgain("first", 1);
        nanos.addAndGet(Duration.ofMinutes(40).toNanos());
        comesAgain("second", 1);
        nanos.addAndGet(Duration.ofMinutes(40).toNanos());
        comesAgain("third", 1);
        assertThat(unfinished.requests()).isEqualTo(2);
    }
}
