package chasqui.runtime.queue;

import chasqui.queue.redis.RedisSettings;
import chasqui.settings.SettingsReader;
import chasqui.testing.RedisServer;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class RedisQueueIT extends HandOverContract {
    private static RedisServer server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = RedisServer.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected String pattern() {
        return "redis-queue:{queue}?concurrentConsumers={concurrency}";
    }

    @Override
    protected void prepare(DefaultCamelContext camel) {
        camel.addComponent(
                RedisQueueComponent.SCHEME,
                new RedisQueueComponent(
                        RedisSettings.from(SettingsReader.read(
                                null,
                                Map.of(),
                                Map.of(
                                        "chasqui.redis.address",
                                        server.address(),
                                        "chasqui.redis.prefix",
                                        "test-" + UUID.randomUUID()))),
                        "node/" + UUID.randomUUID()));
    }
}
