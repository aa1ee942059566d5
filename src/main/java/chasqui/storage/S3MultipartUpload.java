package chasqui.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * One large file on its way into a store, in parts sent side by side straight from the file.
 *
 * <p>An attempt that fails leaves its parts: the next one, here or on another machine, sends only what is missing.
 */
final class S3MultipartUpload {
    private static final Logger log = LoggerFactory.getLogger(S3MultipartUpload.class);

    private final S3Store store;
    private final S3Completion completion;
    private final String bucket;
    private final String key;

    S3MultipartUpload(S3Store store, boolean conditional, String bucket, String key) {
        this.store = store;
        this.completion = new S3Completion(store, conditional, bucket, key);
        this.bucket = bucket;
        this.key = key;
    }

    void send(FileChannel file, Map<String, String> metadata, S3Objects.Guard guard, Progress progress)
            throws IOException {
        S3Told told = new S3Told();
        List<S3FileRange> ranges = ranges(file, told);
        S3Unfinished there = S3Unfinished.find(store, bucket, key, ranges);
        String upload = there.id() == null ? completion.begin(metadata) : there.id();
        List<Callable<CompletedPart>> parts = new ArrayList<>();
        for (int number = 1; number <= ranges.size(); number++) {
            parts.add(part(upload, number, ranges.get(number - 1), there.etags().get(number)));
        }
        List<CompletedPart> sent = S3Parallel.run(parts, store.options().partsInFlight(), told, progress);
        try {
            guard.pass();
        } catch (IntegrityViolation | SourceChanged notWhatItShouldBe) {
            completion.abort(upload);
            throw notWhatItShouldBe;
        }
        completion.complete(upload, sent);
    }

    private static List<S3FileRange> ranges(FileChannel file, S3Told told) throws IOException {
        long size = file.size();
        long partBytes = S3PartSize.of(size);
        List<S3FileRange> ranges = new ArrayList<>();
        for (long from = 0; from < size; from += partBytes) {
            ranges.add(new S3FileRange(file, from, Math.min(partBytes, size - from), told));
        }
        return ranges;
    }

    /** @param known the store's mark of the part it has under this number, or null */
    private Callable<CompletedPart> part(String upload, int number, S3FileRange range, String known) {
        return () -> {
            if (known != null && range.isMd5(known)) {
                range.skip();
                return CompletedPart.builder().partNumber(number).eTag(known).build();
            }
            if (known != null) {
                log.warn(
                        "{}: part {} that the store has is not what is to be sent; it is sent again",
                        S3Store.name(bucket, key),
                        number);
            }
            return send(upload, number, range);
        };
    }

    private CompletedPart send(String upload, int number, S3FileRange range) throws S3Failure {
        try {
            String etag = store.client()
                    .uploadPart(
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
            throw store.failure("uploading part %d of %s".formatted(number, S3Store.name(bucket, key)), e);
        }
    }
}
