package chasqui.queue.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import org.redisson.Redisson;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RStream;
import org.redisson.api.RedissonClient;
import org.redisson.config.BaseConfig;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;
import org.redisson.config.ReadMode;
import org.redisson.config.SentinelServersConfig;
import org.redisson.config.SingleServerConfig;
import org.redisson.config.SubscriptionMode;

/**
 * The way to Redis: a few connections, made when they are needed. No call is repeated by the library, because a hint that
 * is late is worth less than a caller that knows.
 */
final class RedisConnection implements AutoCloseable {
    /** One that waits, one each for adding and keeping, and one to spare. */
    private static final int CONNECTIONS = 4;

    private static final int THREADS = 2;
    private static final Duration RECONNECT = Duration.ofMillis(500);
    private static final int PING_MS = 10_000;
    private static final int SENTINEL_SCAN_MS = 5_000;

    private final RedisSettings settings;
    private final RedissonClient client;

    /** Connects to nobody yet. */
    RedisConnection(RedisSettings settings) {
        this.settings = settings;
        this.client = Redisson.create(config(settings));
    }

    RStream<String, String> stream(String key) {
        return client.getStream(key, PlainStrings.CODEC);
    }

    /** Commands that travel together; each has an answer of its own. */
    RBatch batch() {
        return client.createBatch(
                BatchOptions.defaults().retryAttempts(0).responseTimeout(answer().toMillis(), TimeUnit.MILLISECONDS));
    }

    Duration answer() {
        return settings.answer();
    }

    private static Config config(RedisSettings settings) {
        Config config = new Config();
        config.setCodec(PlainStrings.CODEC);
        config.setLazyInitialization(true);
        config.setNettyThreads(THREADS);
        config.setThreads(THREADS);
        if (settings.login().sentinelMaster().isEmpty()) {
            SingleServerConfig one = common(config.useSingleServer(), settings);
            one.setAddress(settings.servers().get(0))
                    .setConnectionPoolSize(CONNECTIONS)
                    .setConnectionMinimumIdleSize(1)
                    .setSubscriptionConnectionPoolSize(1)
                    .setSubscriptionConnectionMinimumIdleSize(0);
        } else {
            SentinelServersConfig many = common(config.useSentinelServers(), settings);
            many.setMasterName(settings.login().sentinelMaster())
                    .addSentinelAddress(settings.servers().toArray(String[]::new))
                    .setScanInterval(SENTINEL_SCAN_MS)
                    .setCheckSentinelsList(false)
                    .setReadMode(ReadMode.MASTER)
                    .setSubscriptionMode(SubscriptionMode.MASTER)
                    .setMasterConnectionPoolSize(CONNECTIONS)
                    .setMasterConnectionMinimumIdleSize(1)
                    .setSubscriptionConnectionPoolSize(1)
                    .setSubscriptionConnectionMinimumIdleSize(0);
            if (!settings.login().sentinelPassword().isEmpty()) {
                many.setSentinelPassword(settings.login().sentinelPassword());
            }
        }
        return config;
    }

    private static <T extends BaseConfig<T>> T common(T config, RedisSettings settings) {
        int answerMs = (int) settings.answer().toMillis();
        config.setTimeout(answerMs)
                .setConnectTimeout(answerMs)
                .setRetryAttempts(0)
                .setReconnectionDelay(new ConstantDelay(RECONNECT))
                .setPingConnectionInterval(PING_MS)
                .setClientName("chasqui");
        if (!settings.login().user().isEmpty()) {
            config.setUsername(settings.login().user());
        }
        if (!settings.login().password().isEmpty()) {
            config.setPassword(settings.login().password());
        }
        settings.ca().ifPresent(ca -> config.setSslTrustManagerFactory(trusting(ca)));
        return config;
    }

    private static TrustManagerFactory trusting(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("chasqui.redis.tls-ca: " + pem + " holds no certificates in PEM: " + e, e);
        }
    }

    @Override
    public void close() {
        client.shutdown(0, settings.answer().toMillis(), TimeUnit.MILLISECONDS);
    }
}
