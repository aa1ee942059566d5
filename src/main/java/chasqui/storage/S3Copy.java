package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * An object on its way to another key, in parts side by side: within one store the store copies by itself, between two
 * the parts stream through here. Whatever its size, no part is held in memory.
 */
final class S3Copy {
    /** Stores copy parts of up to 5 GiB by themselves; smaller ones show progress. */
    private static final long SMALLEST_COPIED_PART = 256L << 20;

    private final S3Store from;
    private final S3Store to;

    S3Copy(S3Store from, S3Store to) {
        this.from = from;
        this.to = to;
    }

    /** Where bytes are, or go to. */
    record Place(String bucket, String key) {
        @Override
        public String toString() {
            return S3Store.name(bucket, key);
        }
    }

    /**
     * @param conditional the target's store honours If-None-Match
     * @param facts of the source; a source that is another version meanwhile is refused
     * @throws S3ObjectExists the target is taken; nothing was changed
     */
    void copy(Place source, S3ObjectFacts facts, Place target, boolean conditional, Progress progress)
            throws IOException {
        S3Completion completion = new S3Completion(to, conditional, target.bucket(), target.key());
        String upload = completion.begin(facts.metadata());
        boolean complete = false;
        try {
            List<Callable<CompletedPart>> parts = new ArrayList<>();
            S3Told told = new S3Told();
            long size = facts.sizeBytes();
            boolean within = from == to;
            long partBytes = within ? S3PartSize.of(size, SMALLEST_COPIED_PART) : S3PartSize.of(size);
            for (long offset = 0; offset < size || parts.isEmpty(); offset += partBytes) {
                Part part =
                        new Part(upload, parts.size() + 1, offset, Math.min(partBytes, size - offset), facts.etag());
                parts.add(() -> within && part.length > 0
                        ? copyPart(source, target, part, told)
                        : streamPart(source, target, part, told));
            }
            completion.complete(upload, S3Parallel.run(parts, to.options().partsInFlight(), told, progress));
            complete = true;
        } finally {
            if (!complete) {
                completion.abort(upload);
            }
        }
    }

    private record Part(String upload, int number, long offset, long length, String etag) {
        String range() {
            return "bytes=%d-%d".formatted(offset, offset + length - 1);
        }

        CompletedPart completed(String etagOfPart) {
            return CompletedPart.builder().partNumber(number).eTag(etagOfPart).build();
        }
    }

    private CompletedPart copyPart(Place source, Place target, Part part, S3Told told) throws IOException {
        try {
            String etag = to.patient()
                    .uploadPartCopy(request -> request.sourceBucket(source.bucket())
                            .sourceKey(source.key())
                            .copySourceIfMatch(part.etag)
                            .copySourceRange(part.range())
                            .destinationBucket(target.bucket())
                            .destinationKey(target.key())
                            .uploadId(part.upload)
                            .partNumber(part.number))
                    .copyPartResult()
                    .eTag();
            told.add(part.length);
            return part.completed(etag);
        } catch (SdkException e) {
            throw to.failure("copying part %d of %s to %s".formatted(part.number, source, target), e);
        }
    }

    private CompletedPart streamPart(Place source, Place target, Part part, S3Told told) throws IOException {
        ContentStreamProvider bytes = () -> part.length == 0 ? InputStream.nullInputStream() : open(source, part);
        try {
            String etag = to.client()
                    .uploadPart(
                            request -> request.bucket(target.bucket())
                                    .key(target.key())
                                    .uploadId(part.upload)
                                    .partNumber(part.number)
                                    .contentLength(part.length)
                                    .overrideConfiguration(S3Objects.limit(part.length)),
                            RequestBody.fromContentProvider(bytes, part.length, S3Objects.BYTES))
                    .eTag();
            told.add(part.length);
            return part.completed(etag);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (SdkException e) {
            throw to.failure("sending part %d of %s to %s".formatted(part.number, source, target), e);
        }
    }

    private InputStream open(Place source, Part part) {
        try {
            return S3Objects.range(from, source.bucket(), source.key(), part.offset, part.length, part.etag);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
