package chasqui.storage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Names for objects that are made only to see what a store does, in a folder where the next process finds them. */
final class S3Probes {
    private static final Logger log = LoggerFactory.getLogger(S3Probes.class);
    private static final String FOLDER = ".chasqui/probe/";
    /** Far longer than a probe lives, by the store's clock: one that vanishes while it is used gives a wrong answer. */
    private static final Duration LEFT_BEHIND = Duration.ofDays(1);

    private final S3Store store;
    private final Clock clock;
    private final Map<String, Set<String>> prefixes = new ConcurrentHashMap<>();

    /** @param clock ours, where the store tells no time */
    S3Probes(S3Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** @param prefix "" or ends with "/": all below it is ours */
    void ours(String bucket, String prefix) {
        prefixes.computeIfAbsent(bucket, any -> ConcurrentHashMap.newKeySet()).add(prefix);
    }

    /** A new name, where who may write the key may write; what others left there is removed. */
    String name(String bucket, String key) {
        return prefixes.getOrDefault(bucket, Set.of()).stream()
                .filter(key::startsWith)
                .max(Comparator.comparingInt(String::length))
                .map(prefix -> {
                    removeOld(bucket, prefix + FOLDER);
                    return prefix + FOLDER + UUID.randomUUID();
                })
                .orElseGet(() -> key + ".chasqui-probe-" + UUID.randomUUID());
    }

    private void removeOld(String bucket, String folder) {
        try {
            for (ListObjectsV2Response page : store.client()
                    .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(folder))) {
                Instant limit = S3Time.of(page, clock).minus(LEFT_BEHIND);
                page.contents().stream()
                        .filter(old -> old.lastModified().isBefore(limit))
                        .forEach(old -> remove(bucket, old));
            }
        } catch (SdkException e) {
            log.info(
                    "{}: what killed processes left there stays, it is empty: {}",
                    S3Store.name(bucket, folder),
                    e.getMessage());
        }
    }

    private void remove(String bucket, S3Object old) {
        store.client().deleteObject(request -> request.bucket(bucket).key(old.key()));
        log.info("{}: left by a process that was killed, removed", S3Store.name(bucket, old.key()));
    }
}
