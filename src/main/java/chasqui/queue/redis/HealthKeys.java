package chasqui.queue.redis;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.redisson.api.RBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows that this process lives to who looks into Redis: {@code PREFIX:health:ROLE:NODE}, with the time of the last
 * refresh, for each of its roles. Nothing reads it to decide, and Redis may be away.
 */
final class HealthKeys {
    private static final Logger log = LoggerFactory.getLogger(HealthKeys.class);
    /** Two refreshes may be missed. */
    private static final int LIVES_FOR = 3;

    private final Streams streams;
    private final Duration every;
    private final List<String> keys;
    private long lastNanos;
    private boolean written;
    private boolean refused;

    /** @param keys whole names; may be empty */
    HealthKeys(Streams streams, Duration every, List<String> keys) {
        this.streams = streams;
        this.every = every;
        this.keys = List.copyOf(keys);
    }

    /** Tries once in a while; never throws but for an interrupt. */
    void refresh() throws InterruptedException {
        if (keys.isEmpty() || written && System.nanoTime() - lastNanos < every.toNanos()) {
            return;
        }
        try {
            RBatch batch = streams.batch();
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            for (String key : keys) {
                batch.<String>getBucket(key, PlainStrings.CODEC).setAsync(now, every.multipliedBy(LIVES_FOR));
            }
            streams.run(batch);
            lastNanos = System.nanoTime();
            written = true;
            refused = false;
        } catch (InterruptedException ended) {
            throw ended;
        } catch (Throwable failure) {
            // Errors too: the thread does more than this. A Redis that is away is told of by the listener.
            if (!refused && !Diagnosis.isAway(failure)) {
                log.warn("Redis does not take {}; nothing depends on it: {}", keys.get(0), failure.toString());
                refused = true;
            }
            log.debug("health keys were not refreshed", failure);
        }
    }
}
