package chasqui.storage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * An upload of exactly this key that an earlier attempt began, and the parts the store has of it.
 *
 * <p>It is ours when it holds at least one part that is, byte for byte, a part of the file to send: nobody else cuts our
 * file at our places. What it has besides is believed part by part, and only after the same comparison.
 *
 * @param id null: there is none
 * @param etags by part number, of those whose size is right; the MD5 of the part wherever a store can be resumed at
 */
record S3Unfinished(String id, Map<Integer, String> etags) {
    private static final Logger log = LoggerFactory.getLogger(S3Unfinished.class);
    private static final S3Unfinished NONE = new S3Unfinished(null, Map.of());
    /** Of one key there is hardly ever more than one. */
    private static final int MOST_LOOKED_AT = 5;
    /** Parts read to tell whose an upload is. */
    private static final int MOST_PROVEN = 4;

    /** The upload to go on with. A store that does not tell, or may not, has none. */
    static S3Unfinished find(S3Store store, String bucket, String key, List<S3FileRange> parts) throws IOException {
        try {
            List<MultipartUpload> uploads = new ArrayList<>();
            store.client().listMultipartUploadsPaginator(r -> r.bucket(bucket).prefix(key)).uploads().stream()
                    .filter(upload -> upload.key().equals(key))
                    .sorted(Comparator.comparing(
                            MultipartUpload::initiated, Comparator.nullsFirst(Comparator.naturalOrder())))
                    .forEach(uploads::add);
            for (int i = uploads.size() - 1; i >= Math.max(0, uploads.size() - MOST_LOOKED_AT); i--) {
                S3Unfinished found = look(store, bucket, key, uploads.get(i).uploadId(), parts);
                if (found.isOurs(parts)) {
                    log.info(
                            "{}: an earlier attempt left {} of {} parts; only the others are sent",
                            S3Store.name(bucket, key),
                            found.etags.size(),
                            parts.size());
                    return found;
                }
            }
            return NONE;
        } catch (S3Exception e) {
            if (e.statusCode() == 403 || e.statusCode() == 501) {
                log.warn(
                        "{}: unfinished uploads cannot be listed, so none is resumed: {}",
                        S3Store.name(bucket, key),
                        S3Failure.of("listing", store.endpoint(), e).getMessage());
                return NONE;
            }
            throw store.failure("looking for unfinished uploads of " + S3Store.name(bucket, key), e);
        } catch (SdkException e) {
            throw store.failure("looking for unfinished uploads of " + S3Store.name(bucket, key), e);
        }
    }

    private static S3Unfinished look(S3Store store, String bucket, String key, String id, List<S3FileRange> parts) {
        Map<Integer, String> etags = new HashMap<>();
        try {
            for (Part part : store.client()
                    .listPartsPaginator(r -> r.bucket(bucket).key(key).uploadId(id))
                    .parts()) {
                int number = part.partNumber();
                if (number <= parts.size()
                        && part.size() == parts.get(number - 1).length()) {
                    etags.put(number, part.eTag());
                }
            }
            return new S3Unfinished(id, etags);
        } catch (NoSuchUploadException endedMeanwhile) {
            return NONE;
        }
    }

    private boolean isOurs(List<S3FileRange> parts) throws IOException {
        for (int number : etags.keySet().stream().sorted().limit(MOST_PROVEN).toList()) {
            if (parts.get(number - 1).isMd5(etags.get(number))) {
                return true;
            }
        }
        return false;
    }
}
