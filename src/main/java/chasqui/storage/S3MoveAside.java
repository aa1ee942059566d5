package chasqui.storage;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

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

    /**
     * @param etag of what was read and found wrong: another version there is left alone
     * @param progress asked once more right before the end, which cannot be undone
     */
    void move(String key, String etag, String aside, Progress progress) throws IOException {
        String what = "moving %s aside to %s".formatted(S3Store.name(bucket, key), aside);
        S3ObjectFacts read = same(key, etag);
        objects.copy(bucket, key, read, objects, bucket, aside, progress);
        long copied = objects.head(bucket, aside).map(S3ObjectFacts::sizeBytes).orElse(-1L);
        if (copied != read.sizeBytes()) {
            throw new S3Failure(
                    "%s: the copy has %d bytes instead of %d; both stay".formatted(what, copied, read.sizeBytes()),
                    200,
                    "CopyDiffers",
                    true,
                    null);
        }
        try {
            progress.advance(0);
            same(key, etag);
        } catch (S3ObjectChanged needless) {
            forget(aside);
            throw needless;
        }
        // Found changed from here on, the copy stays: the answer to our deletion may have got lost before another
        // object came, and then the copy is all that is left.
        try {
            delete(what, key, etag);
        } catch (S3ObjectStays needless) {
            forget(aside);
            throw needless;
        }
    }

    private S3ObjectFacts same(String key, String etag) throws S3Failure {
        return objects.head(bucket, key)
                .filter(there -> there.etag().equals(etag))
                .orElseThrow(() -> new S3ObjectChanged(bucket, key));
    }

    /** Under the condition that it is still the same, which not every store knows. */
    private void delete(String what, String key, String etag) throws S3Failure {
        try {
            store.client()
                    .deleteObject(request -> request.bucket(bucket).key(key).ifMatch(etag));
        } catch (S3Exception conditional) {
            if (isGone(key, conditional)) {
                return;
            }
            if (conditional.statusCode() == 412) {
                throw new S3ObjectChanged(bucket, key);
            }
            if (conditional.statusCode() != 501 && conditional.statusCode() != 400) {
                throw failure(what, key, conditional);
            }
            deleteAnyway(what, key);
        } catch (SdkException e) {
            throw failure(what, key, e);
        }
    }

    /** A deletion whose answer was lost is asked for once more, and finds nothing: what is aside are the only bytes left. */
    private boolean isGone(String key, S3Exception answer) throws S3Failure {
        return switch (answer.statusCode()) {
            case 404 ->
                answer.awsErrorDetails() != null
                        && "NoSuchKey".equals(answer.awsErrorDetails().errorCode());
            case 412 -> objects.head(bucket, key).isEmpty();
            default -> false;
        };
    }

    private void deleteAnyway(String what, String key) throws S3Failure {
        try {
            store.client().deleteObject(request -> request.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw failure(what, key, e);
        }
    }

    private S3Failure failure(String what, String key, SdkException e) {
        S3Failure failure = store.failure(what, e);
        return failure.status() < 400 || failure.retryable() ? failure : new S3ObjectStays(bucket, key, failure);
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
