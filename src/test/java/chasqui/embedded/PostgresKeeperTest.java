package chasqui.embedded;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's place is taken by a program that ends at once, as a server does that has no memory. */
class PostgresKeeperTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void a_start_that_ends_in_an_error_is_not_the_last_one(@TempDir Path folder) throws Exception {
        AtomicInteger starts = new AtomicInteger();
        PostgresKeeper.Launch launch = () -> {
            if (starts.incrementAndGet() == 2) {
                throw new InternalError("no thread");
            }
            return PostgresServer.launch(List.of("true"), folder.resolve("data"), folder.resolve("log"));
        };
        PostgresServer server = launch.again();
        try (PostgresKeeper keeper = new PostgresKeeper(server, launch, folder.resolve("data"), LIMIT)) {
            await().atMost(LIMIT).until(() -> starts.get() > 2);
        }
    }
}
