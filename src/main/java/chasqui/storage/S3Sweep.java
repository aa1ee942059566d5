package chasqui.storage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;

/** Finds uploads that nobody goes on with, which a store keeps, and charges for, until somebody ends them. */
final class S3Sweep {
    private static final Logger log = LoggerFactory.getLogger(S3Sweep.class);
    private static final Duration PAUSE = Duration.ofHours(1);

    private final S3Store store;
    private final Clock clock;
    private final Map<String, Instant> lastOf = new ConcurrentHashMap<>();

    S3Sweep(S3Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    void whenDue(String bucket, String prefix) {
        Instant now = clock.instant();
        String place = S3Store.name(bucket, prefix);
        Instant last = lastOf.get(place);
        if (last != null && last.plus(PAUSE).isAfter(now)) {
            return;
        }
        lastOf.put(place, now);
        try {
            int ended = abort(bucket, prefix, store.options().abandonedAfter());
            if (ended > 0) {
                log.info(
                        "{}: {} uploads that began more than {} h ago and were never completed are ended",
                        place,
                        ended,
                        store.options().abandonedAfter().toHours());
            }
        } catch (S3Failure e) {
            log.warn("{}; it is tried again in an hour", e.getMessage());
        }
    }

    int abort(String bucket, String prefix, Duration age) throws S3Failure {
        int ended = 0;
        try {
            for (ListMultipartUploadsResponse page : store.client()
                    .listMultipartUploadsPaginator(
                            request -> request.bucket(bucket).prefix(prefix))) {
                Instant limit = S3Time.of(page, clock).minus(age);
                for (MultipartUpload upload : page.uploads()) {
                    if (upload.initiated() != null && upload.initiated().isBefore(limit)) {
                        ended += end(bucket, upload);
                    }
                }
            }
            return ended;
        } catch (SdkException e) {
            throw store.failure("ending unfinished uploads in " + S3Store.name(bucket, prefix), e);
        }
    }

    private int end(String bucket, MultipartUpload upload) {
        try {
            store.client()
                    .abortMultipartUpload(
                            request -> request.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
            return 1;
        } catch (NoSuchUploadException endedMeanwhile) {
            return 0;
        }
    }
}
