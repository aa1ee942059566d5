package chasqui.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** One large file on its way into a store, in parts sent side by side straight from the file. */
final class S3MultipartUpload {
    private static final long SMALLEST_PART = 32L << 20;
    private static final int MOST_PARTS = 10_000;
    private static final int PARTS_IN_FLIGHT = 4;

    private final S3Client client;
    /** For the end only, where a store may be silent for long. */
    private final S3Client patient;

    private final String bucket;
    private final String key;

    S3MultipartUpload(S3Client client, S3Client patient, String bucket, String key) {
        this.client = client;
        this.patient = patient;
        this.bucket = bucket;
        this.key = key;
    }

    /** Stores want at most 10,000 parts; whole MiB keep them aligned. */
    static long partBytes(long sizeBytes) {
        long least = (sizeBytes + MOST_PARTS - 1) / MOST_PARTS;
        long mebibyte = 1L << 20;
        return Math.max(SMALLEST_PART, (least + mebibyte - 1) / mebibyte * mebibyte);
    }

    void send(FileChannel file, Map<String, String> metadata, Progress progress) throws IOException {
        String upload = begin(metadata);
        boolean complete = false;
        try {
            complete(upload, sendParts(upload, file, progress));
            complete = true;
        } finally {
            if (!complete) {
                abort(upload);
            }
        }
    }

    private String begin(Map<String, String> metadata) throws S3Failure {
        try {
            return client.createMultipartUpload(
                            request -> request.bucket(bucket).key(key).metadata(metadata))
                    .uploadId();
        } catch (SdkException e) {
            throw S3Failure.of("beginning the upload of " + name(), e);
        }
    }

    private List<CompletedPart> sendParts(String upload, FileChannel file, Progress progress) throws IOException {
        long size = file.size();
        long partBytes = partBytes(size);
        AtomicLong told = new AtomicLong();
        List<Callable<CompletedPart>> parts = new ArrayList<>();
        for (long from = 0; from < size; from += partBytes) {
            int number = parts.size() + 1;
            S3FileRange range = new S3FileRange(file, from, Math.min(partBytes, size - from), told);
            parts.add(() -> sendPart(upload, number, range));
        }
        return S3Parallel.run(parts, PARTS_IN_FLIGHT, told, progress);
    }

    private CompletedPart sendPart(String upload, int number, S3FileRange range) throws S3Failure {
        try {
            String etag = client.uploadPart(
                            request -> request.bucket(bucket)
                                    .key(key)
                                    .uploadId(upload)
                                    .partNumber(number)
                                    .contentLength(range.length())
                                    .overrideConfiguration(S3Objects.limit(range.length())),
                            RequestBody.fromContentProvider(range, range.length(), S3Objects.BYTES))
                    .eTag();
            return CompletedPart.builder().partNumber(number).eTag(etag).build();
        } catch (SdkException e) {
            throw S3Failure.of("uploading part %d of %s".formatted(number, name()), e);
        }
    }

    private void complete(String upload, List<CompletedPart> parts) throws S3Failure {
        try {
            patient.completeMultipartUpload(request -> request.bucket(bucket)
                    .key(key)
                    .uploadId(upload)
                    .ifNoneMatch("*")
                    .multipartUpload(completed -> completed.parts(parts)));
        } catch (NoSuchUploadException e) {
            // The first answer got lost and the SDK asked again: what lies there is for the caller to compare.
            throw new S3ObjectExists(bucket, key, e);
        } catch (S3Exception e) {
            if (e.statusCode() == 412) {
                throw new S3ObjectExists(bucket, key, e);
            }
            throw S3Failure.of("completing the upload of " + name(), e);
        } catch (SdkException e) {
            throw S3Failure.of("completing the upload of " + name(), e);
        }
    }

    private void abort(String upload) {
        boolean interrupted = Thread.interrupted();
        try {
            client.abortMultipartUpload(
                    request -> request.bucket(bucket).key(key).uploadId(upload));
        } catch (SdkException e) {
            // The first failure is the one to tell; what is left of this upload is found by abortUnfinished.
            org.slf4j.LoggerFactory.getLogger(S3MultipartUpload.class)
                    .warn(
                            "{}",
                            S3Failure.of("aborting the upload of " + name(), e).getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String name() {
        return "s3://" + bucket + "/" + key;
    }
}
