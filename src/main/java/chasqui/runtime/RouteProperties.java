package chasqui.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/** What route files can name in {@code {{…}}}. */
final class RouteProperties {
    /** A hint that nobody answered for this long is forgotten; with hints in memory only, all of them at start. */
    private static final Duration HINT_PATIENCE = Duration.ofSeconds(30);

    private RouteProperties() {}

    /** Those that are made of settings, in the units in which Camel wants them. */
    static Map<String, String> made(ServiceSettings settings) {
        return Map.of(
                "chasqui.manager.delay-ms",
                        Long.toString(settings.managerInterval().toMillis()),
                "chasqui.worker.look-ms", Long.toString(settings.look().toMillis()),
                "chasqui.monitor.interval-ms",
                        Long.toString(settings.monitorInterval().toMillis()),
                "chasqui.queue.room", Integer.toString(2 * settings.concurrency()),
                "chasqui.queue.patience-seconds", Long.toString(HINT_PATIENCE.toSeconds()),
                "chasqui.history.keep-seconds",
                        Long.toString(settings.historyKeep().toSeconds()));
    }

    /** All of them: Camel reads the program's own file, too. */
    static Properties all(ServiceSettings settings) {
        Properties all = new Properties();
        try (InputStream in = RouteProperties.class.getResourceAsStream("/application.properties")) {
            all.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("application.properties in the program cannot be read", e);
        }
        all.putAll(made(settings));
        return all;
    }
}
