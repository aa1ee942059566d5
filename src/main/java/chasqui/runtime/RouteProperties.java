package chasqui.runtime;

import chasqui.settings.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** What route files can name in {@code {{…}}}. */
final class RouteProperties {
    /** A hint that nobody answered for this long is forgotten; with hints in memory only, all of them at start. */
    private static final Duration HINT_PATIENCE = Duration.ofSeconds(30);

    private static final String SECRET = "password";

    private RouteProperties() {}

    /** Those that are made of settings, in the units in which Camel wants them. */
    private static Map<String, String> made(ServiceSettings settings) {
        return Map.ofEntries(
                Map.entry("chasqui.manager.delay-ms", millis(settings.managerInterval())),
                Map.entry("chasqui.worker.look-ms", millis(settings.look())),
                Map.entry("chasqui.monitor.interval-ms", millis(settings.monitorInterval())),
                Map.entry("chasqui.queue.room", Integer.toString(2 * settings.concurrency())),
                Map.entry("chasqui.queue.patience-seconds", Long.toString(HINT_PATIENCE.toSeconds())),
                Map.entry(
                        "chasqui.nodes.keep-seconds",
                        Long.toString(settings.nodesKeep().toSeconds())),
                Map.entry(
                        "chasqui.history.keep-seconds",
                        Long.toString(settings.historyKeep().toSeconds())),
                Map.entry(
                        "chasqui.filing.spool-folder", settings.filing().spool().toString()),
                Map.entry("chasqui.filing.look-ms", millis(settings.filing().forward())),
                Map.entry("chasqui.filing.forward-ms", millis(settings.filing().forward())));
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    /** All of them: every setting as it is set, but for secrets, which no route needs, and those that are made of them. */
    static Map<String, String> all(ServiceSettings settings, Settings read) {
        Map<String, String> all = new TreeMap<>();
        read.keys().stream().filter(key -> !key.endsWith(SECRET)).forEach(key -> all.put(key, read.text(key)));
        all.putAll(made(settings));
        return all;
    }
}
