package chasqui.storage;

import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Whether a store honours {@code If-None-Match: *}, tried once for each bucket. A store may refuse the header, or, worse,
 * accept it and replace the object all the same.
 */
final class S3Conditions {
    private static final Logger log = LoggerFactory.getLogger(S3Conditions.class);
    private static final String ANY = "*";

    private final S3Store store;
    private final Map<String, Boolean> honoured = new ConcurrentHashMap<>();
    private final S3Probes probes;

    S3Conditions(S3Store store) {
        this.store = store;
        this.probes = new S3Probes(store, Clock.systemUTC());
    }

    /**
     * Tries with an empty object, which is removed again; one that a process left because it was killed is removed by the
     * next that tries.
     *
     * @throws S3Failure nothing can be written there
     */
    boolean honouredAt(String bucket, String key) throws S3Failure {
        Boolean known = honoured.get(bucket);
        if (known != null) {
            return known;
        }
        String probe = probes.name(bucket, key);
        boolean found = tryAt(bucket, probe);
        honoured.put(bucket, found);
        if (!found) {
            log.warn(
                    "{}, bucket {}: this store does not honour If-None-Match; that a key is free is looked up right "
                            + "before it is made, so let nothing but this service write there",
                    store.endpoint(),
                    bucket);
        }
        return found;
    }

    /** All below this prefix is ours: what is tried is tried there. */
    void ours(String bucket, String prefix) {
        probes.ours(bucket, prefix);
    }

    private boolean tryAt(String bucket, String probe) throws S3Failure {
        boolean made = false;
        try {
            store.client().putObject(request -> request.bucket(bucket).key(probe), RequestBody.empty());
            made = true;
            return forPut(bucket, probe) && forParts(bucket, probe);
        } catch (SdkException e) {
            throw store.failure("making " + S3Store.name(bucket, probe) + " to try what the store protects", e);
        } finally {
            if (made) {
                remove(bucket, probe);
            }
        }
    }

    /** For stores that do not look themselves. */
    static void requireFree(S3Store store, String bucket, String key) throws S3Failure {
        try {
            store.client().headObject(request -> request.bucket(bucket).key(key));
            throw new S3ObjectExists(bucket, key, null);
        } catch (S3Exception e) {
            if (e.statusCode() != 404) {
                throw store.failure("looking whether " + S3Store.name(bucket, key) + " is free", e);
            }
        } catch (SdkException e) {
            throw store.failure("looking whether " + S3Store.name(bucket, key) + " is free", e);
        }
    }

    private boolean forPut(String bucket, String probe) {
        try {
            store.client()
                    .putObject(request -> request.bucket(bucket).key(probe).ifNoneMatch(ANY), RequestBody.empty());
            return false;
        } catch (S3Exception e) {
            return refused(e);
        }
    }

    private boolean forParts(String bucket, String probe) {
        String upload = store.client()
                .createMultipartUpload(request -> request.bucket(bucket).key(probe))
                .uploadId();
        try {
            String etag = store.client()
                    .uploadPart(
                            request -> request.bucket(bucket)
                                    .key(probe)
                                    .uploadId(upload)
                                    .partNumber(1),
                            RequestBody.fromBytes(new byte[1]))
                    .eTag();
            store.client().completeMultipartUpload(request -> request.bucket(bucket)
                    .key(probe)
                    .uploadId(upload)
                    .ifNoneMatch(ANY)
                    .multipartUpload(parts -> parts.parts(
                            CompletedPart.builder().partNumber(1).eTag(etag).build())));
            return false;
        } catch (S3Exception e) {
            boolean honoured = refused(e);
            store.client()
                    .abortMultipartUpload(
                            request -> request.bucket(bucket).key(probe).uploadId(upload));
            return honoured;
        }
    }

    /** 412: it was honoured. Stores that do not know the header say so in one of the other ways. */
    private static boolean refused(S3Exception answer) {
        if (answer.statusCode() == 412) {
            return true;
        }
        if (answer.statusCode() == 501 || answer.statusCode() == 400) {
            return false;
        }
        throw answer;
    }

    private void remove(String bucket, String probe) {
        try {
            store.client().deleteObject(request -> request.bucket(bucket).key(probe));
        } catch (SdkException e) {
            log.warn(
                    "{} is empty and can be removed: {}",
                    S3Store.name(bucket, probe),
                    store.failure("removing it", e).getMessage());
        }
    }
}
