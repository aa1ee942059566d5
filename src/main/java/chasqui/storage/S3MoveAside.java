package chasqui.storage;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/** Takes an object out of the way without losing it. S3 has no rename: the store copies, and only then deletes. */
final class S3MoveAside {
    private static final Logger log = LoggerFactory.getLogger(S3MoveAside.class);

    private final S3Store store;
    private final S3Objects objects;
    private final String bucket;

    S3MoveAside(S3Store store, S3Objects objects, String bucket) {
        this.store = store;
        this.objects = objects;
        this.bucket = bucket;
    }

    void move(String key, String aside, Progress progress) throws IOException {
        String what = "moving %s aside to %s".formatted(S3Store.name(bucket, key), aside);
        S3ObjectFacts facts = objects.head(bucket, key)
                .orElseThrow(() -> new S3Failure(what + ": there is no such object", 404, "NoSuchKey", false, null));
        objects.copy(bucket, key, facts, objects, bucket, aside, progress);
        long copied = objects.head(bucket, aside).map(S3ObjectFacts::sizeBytes).orElse(-1L);
        if (copied != facts.sizeBytes()) {
            throw new S3Failure(
                    "%s: the copy has %d bytes instead of %d; both stay".formatted(what, copied, facts.sizeBytes()),
                    200,
                    "CopyDiffers",
                    true,
                    null);
        }
        try {
            store.client().deleteObject(request -> request.bucket(bucket).key(key));
        } catch (SdkException e) {
            S3Failure failure = store.failure(what, e);
            if (failure.status() < 400 || failure.retryable()) {
                throw failure;
            }
            forget(aside);
            throw new S3ObjectStays(bucket, key, failure);
        }
    }

    /** Every attempt would leave one more. */
    private void forget(String aside) {
        try {
            store.client().deleteObject(request -> request.bucket(bucket).key(aside));
        } catch (SdkException e) {
            log.info("{} stays, a copy that is of no use: {}", S3Store.name(bucket, aside), e.getMessage());
        }
    }
}
