package chasqui.queue.redis;

import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/** Queues with the patience of a test. */
final class TestQueues {
    static final Rhythm QUICK = new Rhythm(
            Duration.ofMillis(500),
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            Duration.ofMillis(500),
            Duration.ofMillis(500),
            Duration.ofSeconds(1));

    private TestQueues() {}

    static RedisQueues start(String address, String consumer, Executor threads, Map<String, String> over) {
        RedisQueues queues = new RedisQueues(settings(address, over), consumer, threads, QUICK);
        queues.start();
        return queues;
    }

    static RedisSettings settings(String address, Map<String, String> over) {
        Map<String, String> set = new HashMap<>(Map.of("chasqui.redis.address", address));
        set.put("chasqui.redis.timeout", "1s");
        set.putAll(over);
        Settings settings = SettingsReader.read(null, Map.of(), set);
        RedisSettings read = RedisSettings.from(settings);
        settings.requireValid();
        return read;
    }
}
