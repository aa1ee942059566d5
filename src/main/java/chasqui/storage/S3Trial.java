package chasqui.storage;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Does with a small object below a prefix what work does with large ones; nothing of it is left. */
public final class S3Trial {
    private static final int BYTES = 10_000;
    /** Of a trial whose process died; on the store's own clock. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final S3Objects objects;
    private final String bucket;
    private final String below;

    private S3Trial(S3Objects objects, String bucket, String prefix) {
        this.objects = objects;
        this.bucket = bucket;
        this.below = prefix + ".chasqui/preflight-";
    }

    /**
     * What came of it.
     *
     * @param conditions the store honours {@code If-None-Match}
     * @param notDeleted why the object could not be deleted again; null: it was
     */
    public record Result(boolean conditions, S3Failure notDeleted) {}

    /**
     * Puts, looks, reads and deletes.
     *
     * @param prefix "" or ends with "/"
     * @throws S3Failure one of the first three is refused or does not answer; says which
     */
    public static Result at(S3Objects objects, String bucket, String prefix) throws IOException {
        return new S3Trial(objects, bucket, prefix).run();
    }

    private Result run() throws IOException {
        String key = below + UUID.randomUUID();
        byte[] content = new byte[BYTES];
        new Random().nextBytes(content);
        objects.putSmall(bucket, key, content, Map.of());
        Instant there;
        S3Failure notDeleted = null;
        try {
            S3ObjectFacts facts = objects.head(bucket, key)
                    .orElseThrow(
                            () -> refused("looking at " + S3Store.name(bucket, key) + ": it was put and is not there"));
            there = facts.lastModified();
            byte[] read;
            try (var in = objects.open(bucket, key)) {
                read = in.readAllBytes();
            }
            if (!Arrays.equals(content, read)) {
                throw refused(
                        "reading " + S3Store.name(bucket, key) + ": it is read back as something else than was put");
            }
        } finally {
            try {
                remove(key);
            } catch (S3Failure kept) {
                notDeleted = kept;
            }
        }
        if (notDeleted == null) {
            removeAbandoned(there);
        }
        return new Result(objects.honoursConditions(bucket, key), notDeleted);
    }

    private static S3Failure refused(String what) {
        return new S3Failure(what + "; look at the store", 0, "Preflight", true, null);
    }

    private void remove(String key) throws S3Failure {
        try {
            objects.client().deleteObject(request -> request.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw objects.failure("deleting " + S3Store.name(bucket, key), e);
        }
    }

    private void removeAbandoned(Instant now) throws S3Failure {
        try {
            for (S3Object object : objects.client()
                    .listObjectsV2(
                            request -> request.bucket(bucket).prefix(below).maxKeys(100))
                    .contents()) {
                if (object.lastModified() != null
                        && now != null
                        && Duration.between(object.lastModified(), now).compareTo(ABANDONED) > 0) {
                    remove(object.key());
                }
            }
        } catch (SdkException e) {
            throw objects.failure("listing " + S3Store.name(bucket, below), e);
        }
    }
}
