package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects of one store: put where nothing is, read back, moved aside. Nothing is ever replaced, and no size of object
 * needs more than a few MiB of memory.
 *
 * <p>A repeated request whose first answer got lost finds its own object: {@link S3ObjectExists} then means, as always,
 * compare and adopt.
 */
public final class S3Objects implements AutoCloseable {
    static final String BYTES = "application/octet-stream";
    /** Larger files go in parts, several at a time. */
    private static final long LARGEST_SINGLE_PUT = 64L << 20;
    /** Slower than this, a request counts as hung although bytes still trickle. */
    private static final long SLOWEST_BYTES_PER_SECOND = 64L << 10;

    private final S3Client client;
    private final S3Client patient;

    S3Objects(S3Client client, S3Client patient) {
        this.client = client;
        this.patient = patient;
    }

    S3Client client() {
        return client;
    }

    /**
     * Puts a file under a key that does not exist.
     *
     * @param metadata names of lower-case letters, digits and '-', values in ASCII
     * @param progress told the bytes sent, on this thread
     * @throws S3ObjectExists the key is taken; nothing was changed
     * @throws S3Failure the store refused or could not be reached; nothing is left behind
     */
    public void put(String bucket, String key, Path file, Map<String, String> metadata, Progress progress)
            throws IOException {
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            if (open.size() > LARGEST_SINGLE_PUT) {
                new S3MultipartUpload(client, patient, bucket, key).send(open, metadata, progress);
            } else {
                AtomicLong told = new AtomicLong();
                S3FileRange all = new S3FileRange(open, 0, open.size(), told);
                Callable<Void> request = () -> {
                    putOnce(bucket, key, RequestBody.fromContentProvider(all, all.length(), BYTES), metadata);
                    return null;
                };
                S3Parallel.run(List.of(request), 1, told, progress);
            }
        }
    }

    /** Puts a few bytes, such as a sidecar, under a key that does not exist. */
    public void putSmall(String bucket, String key, byte[] bytes, Map<String, String> metadata) throws S3Failure {
        putOnce(bucket, key, RequestBody.fromBytes(bytes), metadata);
    }

    private void putOnce(String bucket, String key, RequestBody body, Map<String, String> metadata) throws S3Failure {
        try {
            client.putObject(
                    request -> request.bucket(bucket)
                            .key(key)
                            .ifNoneMatch("*")
                            .metadata(metadata)
                            .overrideConfiguration(
                                    limit(body.optionalContentLength().orElse(0L))),
                    body);
        } catch (S3Exception e) {
            if (e.statusCode() == 412) {
                throw new S3ObjectExists(bucket, key, e);
            }
            throw S3Failure.of("uploading " + name(bucket, key), e);
        } catch (SdkException e) {
            throw S3Failure.of("uploading " + name(bucket, key), e);
        }
    }

    /** The whole object as it arrives; close it early to stop the download. */
    public InputStream open(String bucket, String key) throws S3Failure {
        return open(GetObjectRequest.builder().bucket(bucket).key(key).build());
    }

    /** {@code length} bytes from {@code offset}, as they arrive. */
    public InputStream open(String bucket, String key, long offset, long length) throws S3Failure {
        String range = "bytes=%d-%d".formatted(offset, offset + length - 1);
        return open(
                GetObjectRequest.builder().bucket(bucket).key(key).range(range).build());
    }

    private InputStream open(GetObjectRequest request) throws S3Failure {
        String what = "reading " + name(request.bucket(), request.key());
        try {
            ResponseInputStream<GetObjectResponse> body = client.getObject(request);
            return new S3Download(body, body.response().contentLength(), what);
        } catch (SdkException e) {
            throw S3Failure.of(what, e);
        }
    }

    /**
     * Reads the whole object from the store and says what came.
     *
     * @param progress told the bytes read
     */
    public PackageDigest readBack(String bucket, String key, boolean withSha256, Progress progress) throws IOException {
        try (InputStream in = open(bucket, key)) {
            return DigestPass.of(in, withSha256, progress);
        }
    }

    /** What the store says about an object; empty when there is none. */
    public Optional<S3ObjectFacts> head(String bucket, String key) throws S3Failure {
        try {
            HeadObjectResponse head =
                    client.headObject(request -> request.bucket(bucket).key(key).overrideConfiguration(limit(0)));
            return Optional.of(
                    new S3ObjectFacts(head.contentLength(), head.eTag(), head.lastModified(), head.metadata()));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return Optional.empty();
            }
            throw S3Failure.of("looking at " + name(bucket, key), e);
        } catch (SdkException e) {
            throw S3Failure.of("looking at " + name(bucket, key), e);
        }
    }

    /**
     * Moves an object to another key of its bucket: copied by the store, compared in size, then deleted here.
     *
     * @throws S3ObjectExists the other key is taken; nothing was changed
     */
    public void moveAside(String bucket, String key, String quarantineKey) throws S3Failure {
        new S3MoveAside(patient, this, bucket).move(key, quarantineKey);
    }

    /** Ends uploads below a prefix that began before {@code before} and were never completed. */
    public int abortUnfinished(String bucket, String prefix, Instant before) throws S3Failure {
        int aborted = 0;
        try {
            for (MultipartUpload upload : client.listMultipartUploadsPaginator(
                            request -> request.bucket(bucket).prefix(prefix))
                    .uploads()) {
                if (upload.initiated() != null && upload.initiated().isBefore(before)) {
                    client.abortMultipartUpload(
                            request -> request.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
                    aborted++;
                }
            }
            return aborted;
        } catch (SdkException e) {
            throw S3Failure.of("ending unfinished uploads in " + name(bucket, prefix), e);
        }
    }

    /** The time limit of one attempt, by the bytes it moves. */
    static AwsRequestOverrideConfiguration limit(long bytes) {
        Duration limit = Duration.ofMinutes(2).plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
        return AwsRequestOverrideConfiguration.builder()
                .apiCallAttemptTimeout(limit)
                .build();
    }

    private static String name(String bucket, String key) {
        return "s3://" + bucket + "/" + key;
    }

    @Override
    public void close() {
        client.close();
        patient.close();
    }
}
