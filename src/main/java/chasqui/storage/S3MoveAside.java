package chasqui.storage;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** Takes an object out of the way without losing it. S3 has no rename: the store copies, and only then deletes. */
final class S3MoveAside {
    /** Stores copy at most 5 GiB in one request. */
    private static final long LARGEST_SINGLE_COPY = 5L << 30;

    private static final long COPIED_PART = 1L << 30;

    private final S3Client client;
    private final S3Objects objects;
    private final String bucket;

    S3MoveAside(S3Client client, S3Objects objects, String bucket) {
        this.client = client;
        this.objects = objects;
        this.bucket = bucket;
    }

    void move(String key, String aside) throws S3Failure {
        String what = "moving s3://%s/%s aside to %s".formatted(bucket, key, aside);
        S3ObjectFacts facts = objects.head(bucket, key)
                .orElseThrow(() -> new S3Failure(what + ": there is no such object", 404, "NoSuchKey", false, null));
        if (objects.head(bucket, aside).isPresent()) {
            throw new S3ObjectExists(bucket, aside, null);
        }
        try {
            if (facts.sizeBytes() > LARGEST_SINGLE_COPY) {
                copyInParts(key, aside, facts);
            } else {
                client.copyObject(request -> request.sourceBucket(bucket)
                        .sourceKey(key)
                        .copySourceIfMatch(facts.etag())
                        .destinationBucket(bucket)
                        .destinationKey(aside));
            }
            long copied =
                    objects.head(bucket, aside).map(S3ObjectFacts::sizeBytes).orElse(-1L);
            if (copied != facts.sizeBytes()) {
                throw new S3Failure(
                        "%s: the copy has %d bytes instead of %d; both stay".formatted(what, copied, facts.sizeBytes()),
                        200,
                        "CopyDiffers",
                        true,
                        null);
            }
            client.deleteObject(request -> request.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw S3Failure.of(what, e);
        }
    }

    private void copyInParts(String key, String aside, S3ObjectFacts facts) {
        String upload = client.createMultipartUpload(
                        request -> request.bucket(bucket).key(aside).metadata(facts.metadata()))
                .uploadId();
        boolean complete = false;
        try {
            List<CompletedPart> parts = new ArrayList<>();
            for (long from = 0; from < facts.sizeBytes(); from += COPIED_PART) {
                parts.add(copyPart(key, aside, upload, parts.size() + 1, facts, from));
            }
            client.completeMultipartUpload(request -> request.bucket(bucket)
                    .key(aside)
                    .uploadId(upload)
                    .ifNoneMatch("*")
                    .multipartUpload(completed -> completed.parts(parts)));
            complete = true;
        } finally {
            if (!complete) {
                client.abortMultipartUpload(
                        request -> request.bucket(bucket).key(aside).uploadId(upload));
            }
        }
    }

    private CompletedPart copyPart(
            String key, String aside, String upload, int number, S3ObjectFacts facts, long from) {
        String range = "bytes=%d-%d".formatted(from, Math.min(from + COPIED_PART, facts.sizeBytes()) - 1);
        String etag = client.uploadPartCopy(request -> request.sourceBucket(bucket)
                        .sourceKey(key)
                        .copySourceIfMatch(facts.etag())
                        .copySourceRange(range)
                        .destinationBucket(bucket)
                        .destinationKey(aside)
                        .uploadId(upload)
                        .partNumber(number))
                .copyPartResult()
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(etag).build();
    }
}
