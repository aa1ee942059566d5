package chasqui.filing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RootsTest {
    private static final Path HUNG = Path.of("/hung");
    private static final Path GOOD = Path.of("/good");

    private final CountDownLatch mounted = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();

    /** As the file system does, on a disk that does not answer. */
    private Path real(Path declared) {
        if (declared.equals(HUNG)) {
            asked.incrementAndGet();
            try {
                mounted.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        return Path.of("/real").resolve(declared.getFileName());
    }

    @Test
    @Timeout(120)
    void a_root_that_hangs_keeps_nobody_from_the_others_and_is_known_when_it_answers() {
        try (Roots roots = new Roots(this::real, Duration.ofSeconds(1))) {
            await(roots, "/hung", "/real/good");
            await(roots, "/hung", "/real/good");
            assertThat(asked)
                    .as("one thread hangs there, not one for each request")
                    .hasValue(1);
            mounted.countDown();
            await(roots, "/real/hung", "/real/good");
        }
    }

    private static void await(Roots roots, String hung, String good) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> roots.real(List.of(HUNG, GOOD))
                .equals(Set.of(Path.of(hung), Path.of(good))));
    }
}
