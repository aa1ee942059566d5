package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
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
    private static final long LARGEST_SINGLE_PUT = 32L << 20;
    /** Slower than this, a request counts as hung although bytes still trickle. */
    private static final long SLOWEST_BYTES_PER_SECOND = 64L << 10;

    private final S3Store store;
    private final S3Conditions conditions;
    private final S3Sweep sweep;

    S3Objects(S3Store store) {
        this.store = store;
        this.conditions = new S3Conditions(store);
        this.sweep = new S3Sweep(store, Clock.systemUTC());
    }

    S3Client client() {
        return store.client();
    }

    /** Whether keys of this bucket are protected by the store itself. */
    boolean honoursConditions(String bucket, String key) throws S3Failure {
        return conditions.honouredAt(bucket, key);
    }

    S3Failure failure(String what, SdkException cause) {
        return store.failure(what, cause);
    }

    /**
     * Puts a file under a key that does not exist. What an earlier attempt sent of a large one is not sent again.
     *
     * @param metadata names of lower-case letters, digits and '-', values in ASCII
     * @param progress told the bytes sent, on this thread
     * @throws S3ObjectExists the key is taken; nothing was changed
     * @throws S3Failure the store refused or could not be reached; of a large file, the parts sent so far stay in the
     *     store for the next attempt, and are no object yet
     */
    public void put(String bucket, String key, Path file, Map<String, String> metadata, Progress progress)
            throws IOException {
        put(bucket, key, file, metadata, () -> {}, progress);
    }

    /**
     * As {@link #put}, but first makes sure that the file is what was registered: nothing else ever becomes an object.
     *
     * @param registered its SHA-256 is not looked at
     * @param beforeVisible asked last; what it throws stops the work
     * @throws IntegrityViolation the file is something else; nothing of it stays in the store
     */
    public void putProven(
            String bucket,
            String key,
            Path file,
            PackageDigest registered,
            Map<String, String> metadata,
            Runnable beforeVisible,
            Progress progress)
            throws IOException {
        try (SourceDigest beside = SourceDigest.begin(file)) {
            Guard guard = () -> {
                beside.require(registered);
                beforeVisible.run();
            };
            put(bucket, key, file, metadata, guard, progress);
        }
    }

    /** Asked before bytes become an object. */
    @FunctionalInterface
    interface Guard {
        void pass() throws IOException;
    }

    private void put(String bucket, String key, Path file, Map<String, String> metadata, Guard guard, Progress progress)
            throws IOException {
        boolean conditional = conditions.honouredAt(bucket, key);
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            if (open.size() > LARGEST_SINGLE_PUT) {
                new S3MultipartUpload(store, conditional, bucket, key).send(open, metadata, guard, progress);
            } else {
                guard.pass();
                S3Told told = new S3Told();
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
        boolean conditional = conditions.honouredAt(bucket, key);
        if (!conditional) {
            S3Conditions.requireFree(store, bucket, key);
        }
        try {
            store.client()
                    .putObject(
                            request -> request.bucket(bucket)
                                    .key(key)
                                    .ifNoneMatch(conditional ? "*" : null)
                                    .metadata(metadata)
                                    .overrideConfiguration(
                                            limit(body.optionalContentLength().orElse(0L))),
                            body);
        } catch (S3Exception e) {
            if (e.statusCode() == 412) {
                throw new S3ObjectExists(bucket, key, e);
            }
            throw store.failure("uploading " + S3Store.name(bucket, key), e);
        } catch (SdkException e) {
            throw store.failure("uploading " + S3Store.name(bucket, key), e);
        }
    }

    /**
     * The whole object as it arrives; close it early to stop the download. A connection that breaks is made anew at the
     * byte it came to.
     */
    public S3Download open(String bucket, String key) throws S3Failure {
        return new S3Download(store, "reading " + S3Store.name(bucket, key), (offset, etag) -> {
            String range = offset == 0 ? null : "bytes=%d-".formatted(offset);
            return get(store, bucket, key, range, etag);
        });
    }

    /** {@code length} bytes from {@code offset}, as they arrive. */
    public InputStream open(String bucket, String key, long offset, long length) throws S3Failure {
        return range(store, bucket, key, offset, length, null);
    }

    /** @param version mark of the version that is meant; null: whatever there is */
    static InputStream range(S3Store store, String bucket, String key, long offset, long length, String version)
            throws S3Failure {
        return new S3Download(store, "reading " + S3Store.name(bucket, key), (more, etag) -> {
            String range = "bytes=%d-%d".formatted(offset + more, offset + length - 1);
            return get(store, bucket, key, range, etag == null ? version : etag);
        });
    }

    private static ResponseInputStream<GetObjectResponse> get(
            S3Store store, String bucket, String key, String range, String etag) throws S3Failure {
        try {
            return store.client()
                    .getObject(request ->
                            request.bucket(bucket).key(key).range(range).ifMatch(etag));
        } catch (SdkException e) {
            throw store.failure("reading " + S3Store.name(bucket, key), e);
        }
    }

    /**
     * Fetches an object into a new file, in parts side by side, durable. The file is removed again on any failure.
     *
     * @param temporary a name of the caller's own making that must not exist
     * @param progress told the bytes, on this thread
     * @return what was written, without SHA-256
     */
    public PackageDigest fetch(String bucket, String key, Path temporary, Progress progress) throws IOException {
        S3ObjectFacts facts = head(bucket, key)
                .orElseThrow(() -> new S3Failure(
                        "fetching " + S3Store.name(bucket, key) + ": there is no such object",
                        404,
                        "NoSuchKey",
                        false,
                        null));
        return new S3Fetch(store, bucket, key, facts).into(temporary, progress);
    }

    /**
     * Copies an object, with its metadata, to a key that does not exist, of this store or another.
     *
     * @param facts what is to be copied; another version there is refused
     * @param progress told the bytes copied, on this thread
     * @throws S3ObjectExists the key is taken; nothing was changed
     */
    public void copy(
            String bucket,
            String key,
            S3ObjectFacts facts,
            S3Objects target,
            String targetBucket,
            String targetKey,
            Progress progress)
            throws IOException {
        boolean conditional = target.conditions.honouredAt(targetBucket, targetKey);
        if (target.head(targetBucket, targetKey).isPresent()) {
            throw new S3ObjectExists(targetBucket, targetKey, null);
        }
        new S3Copy(store, target.store)
                .copy(
                        new S3Copy.Place(bucket, key),
                        facts,
                        new S3Copy.Place(targetBucket, targetKey),
                        conditional,
                        progress);
    }

    /**
     * Reads the whole object from the store and says what came.
     *
     * @param progress told the bytes read
     */
    public PackageDigest readBack(String bucket, String key, boolean withSha256, Progress progress) throws IOException {
        return read(bucket, key, withSha256, progress).digest();
    }

    /**
     * An object as it was read.
     *
     * @param etag the store's own mark of the version that came
     */
    public record Read(PackageDigest digest, String etag) {}

    /** As {@link #readBack}, for what may have to be moved aside. */
    public Read read(String bucket, String key, boolean withSha256, Progress progress) throws IOException {
        try (S3Download in = open(bucket, key)) {
            return new Read(DigestPass.of(in, withSha256, progress), in.etag());
        }
    }

    /** What the store says about an object; empty when there is none. */
    public Optional<S3ObjectFacts> head(String bucket, String key) throws S3Failure {
        try {
            HeadObjectResponse head = store.client()
                    .headObject(request -> request.bucket(bucket).key(key).overrideConfiguration(limit(0)));
            return Optional.of(
                    new S3ObjectFacts(head.contentLength(), head.eTag(), head.lastModified(), head.metadata()));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return Optional.empty();
            }
            throw store.failure("looking at " + S3Store.name(bucket, key), e);
        } catch (SdkException e) {
            throw store.failure("looking at " + S3Store.name(bucket, key), e);
        }
    }

    /**
     * Moves an object to another key of its bucket: copied by the store, compared in size, then deleted here.
     *
     * @param etag of what was read and found wrong
     * @param progress told the bytes copied, on this thread, and asked before the object is deleted
     * @throws S3ObjectExists the other key is taken; nothing was changed
     * @throws S3ObjectChanged another object has the key by now; nothing was changed
     * @throws S3ObjectStays the store refuses to delete it; nothing was changed
     */
    public void moveAside(String bucket, String key, String etag, String quarantineKey, Progress progress)
            throws IOException {
        new S3MoveAside(store, this, bucket).move(key, etag, quarantineKey, progress);
    }

    /**
     * Ends uploads below a prefix that were abandoned long ago, at most once an hour. What goes wrong is only logged: it
     * is no reason not to do the work at hand.
     *
     * @param prefix "" or ends with "/": all below it is ours
     */
    public void sweep(String bucket, String prefix) {
        conditions.ours(bucket, prefix);
        sweep.whenDue(bucket, prefix);
    }

    /** Ends uploads below a prefix that began longer ago than {@code age} by the store's clock and were never completed. */
    public int abortUnfinished(String bucket, String prefix, Duration age) throws S3Failure {
        return sweep.abort(bucket, prefix, age);
    }

    /** The time limit of one attempt, by the bytes it moves. */
    static AwsRequestOverrideConfiguration limit(long bytes) {
        Duration limit = Duration.ofMinutes(2).plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
        return AwsRequestOverrideConfiguration.builder()
                .apiCallAttemptTimeout(limit)
                .build();
    }

    @Override
    public void close() {
        store.close();
    }
}
