package chasqui.storage;

import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Begin and end of an object that arrives in parts: it appears as a whole, and only where nothing is. */
final class S3Completion {
    private static final Logger log = LoggerFactory.getLogger(S3Completion.class);

    private final S3Store store;
    private final boolean conditional;
    private final String bucket;
    private final String key;

    /** @param conditional the store honours If-None-Match */
    S3Completion(S3Store store, boolean conditional, String bucket, String key) {
        this.store = store;
        this.conditional = conditional;
        this.bucket = bucket;
        this.key = key;
    }

    String begin(Map<String, String> metadata) throws S3Failure {
        try {
            return store.client()
                    .createMultipartUpload(
                            request -> request.bucket(bucket).key(key).metadata(metadata))
                    .uploadId();
        } catch (SdkException e) {
            throw store.failure("beginning the upload of " + name(), e);
        }
    }

    /**
     * Puts the parts together under the key.
     *
     * @throws S3ObjectExists the key is taken; nothing was changed, and the parts are gone
     */
    void complete(String upload, List<CompletedPart> parts) throws S3Failure {
        try {
            if (!conditional) {
                S3Conditions.requireFree(store, bucket, key);
            }
            store.patient().completeMultipartUpload(request -> request.bucket(bucket)
                    .key(key)
                    .uploadId(upload)
                    .ifNoneMatch(conditional ? "*" : null)
                    .multipartUpload(completed -> completed.parts(parts)));
        } catch (S3ObjectExists taken) {
            abort(upload);
            throw taken;
        } catch (NoSuchUploadException e) {
            throw goneMeanwhile(e);
        } catch (S3Exception e) {
            if (e.statusCode() == 412) {
                abort(upload);
                throw new S3ObjectExists(bucket, key, e);
            }
            if (e.statusCode() >= 400 && e.statusCode() < 500 && e.statusCode() != 403 && e.statusCode() != 429) {
                // A conflict, or a part that is not what we named: with these parts it will never be completed.
                abort(upload);
            }
            throw store.failure("completing the upload of " + name(), e);
        } catch (SdkException e) {
            throw store.failure("completing the upload of " + name(), e);
        }
    }

    /** The first answer got lost and the SDK asked again; or somebody ended the upload. */
    private S3Failure goneMeanwhile(NoSuchUploadException e) throws S3Failure {
        S3Conditions.requireFree(store, bucket, key);
        return new S3Failure(
                "completing the upload of %s: the store has forgotten the upload; it begins anew".formatted(name()),
                404,
                "NoSuchUpload",
                true,
                e);
    }

    void abort(String upload) {
        boolean interrupted = Thread.interrupted();
        try {
            store.client()
                    .abortMultipartUpload(
                            request -> request.bucket(bucket).key(key).uploadId(upload));
        } catch (SdkException e) {
            // The first failure is the one to tell; what is left of this upload is ended when it is old.
            log.warn("{}", store.failure("aborting the upload of " + name(), e).getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String name() {
        return S3Store.name(bucket, key);
    }
}
