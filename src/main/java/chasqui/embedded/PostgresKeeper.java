package chasqui.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches over one PostgreSQL: when it ends without being asked, for want of memory perhaps, it is started again. */
final class PostgresKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PostgresKeeper.class);
    private static final long LONGEST_PAUSE_SECONDS = 30;

    private final Launch launch;
    private final Path data;
    private final Duration startLimit;
    private final Thread watch;
    private PostgresServer server;
    private boolean closed;

    /** Starts the server once more, the same way. */
    interface Launch {
        PostgresServer again() throws IOException;
    }

    /** @param server serving */
    PostgresKeeper(PostgresServer server, Launch launch, Path data, Duration startLimit) {
        this.server = server;
        this.launch = launch;
        this.data = data;
        this.startLimit = startLimit;
        this.watch = new Thread(this::keep, "embedded-postgresql");
        watch.setDaemon(true);
        watch.start();
    }

    synchronized boolean alive() {
        return server.alive();
    }

    private void keep() {
        long pause = 0;
        try {
            while (true) {
                current().awaitEnd();
                TimeUnit.SECONDS.sleep(pause);
                if (!startAgain()) {
                    return;
                }
                pause = alive() ? 0 : Math.min(LONGEST_PAUSE_SECONDS, 2 * pause + 1);
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized PostgresServer current() {
        return server;
    }

    /** Returns false when nobody wants it any more. A start that fails is told, and tried again by the caller. */
    private synchronized boolean startAgain() throws InterruptedException {
        if (closed) {
            return false;
        }
        log.error("the embedded PostgreSQL ended and is started again; the end of its log:\n{}", server.logTail());
        try {
            PostgresServer.endLeftover(data);
            PostmasterFile.forget(data);
            server = launch.again();
            if (server.ready(startLimit)) {
                log.info("the embedded PostgreSQL serves again");
            }
        } catch (IOException | RuntimeException | Error failure) {
            // Errors too: a machine without threads for a moment must not leave this process without its database.
            log.error(
                    "the embedded PostgreSQL could not be started again, the next try follows: {}", failure.toString());
        }
        return true;
    }

    @Override
    public void close() {
        watch.interrupt();
        synchronized (this) {
            closed = true;
            server.close();
        }
    }
}
