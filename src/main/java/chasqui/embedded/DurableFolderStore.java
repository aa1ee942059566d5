package chasqui.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** Answers only when the object is on the disk, as S3 does; the store below leaves that to the operating system. */
final class DurableFolderStore extends ForwardingBlobStore {
    private static final Logger LOG = LoggerFactory.getLogger(DurableFolderStore.class);
    /** The database of the same home stops hard when its disk is full, so objects leave it some room. */
    private static final long ALWAYS_FREE = 32L << 20;

    private final Path root;

    DurableFolderStore(BlobStore folder, Path root) {
        super(folder);
        this.root = root;
    }

    @Override
    public CreateBucketResponse createContainer(CreateBucketRequest request) {
        CreateBucketResponse response = super.createContainer(request);
        sync(root);
        return response;
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream bytes) {
        return whereThereIsRoom(request.contentLength(), bytes, () -> {
            PutObjectResponse response = super.putBlob(request, bytes);
            sync(request.bucket(), request.key());
            return response;
        });
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
            MultipartUpload upload, UploadPartRequest request, InputStream bytes) {
        return whereThereIsRoom(
                request.contentLength(), bytes, () -> super.uploadMultipartPart(upload, request, bytes));
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        CopyObjectResponse response = super.copyBlob(request);
        sync(request.destinationBucket(), request.destinationKey());
        return response;
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        return whereThereIsRoom(null, InputStream.nullInputStream(), () -> {
            CompleteMultipartUploadResponse response = super.completeMultipartUpload(upload, request);
            sync(upload.containerName(), upload.blobName());
            return response;
        });
    }

    private <T> T whereThereIsRoom(Long lengthBytes, InputStream bytes, Supplier<T> write) {
        try {
            if (Files.getFileStore(root).getUsableSpace() - (lengthBytes == null ? 0 : lengthBytes) < ALWAYS_FREE) {
                throw full(bytes);
            }
            return write.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (S3Exception e) {
            throw e;
        } catch (RuntimeException e) {
            boolean noRoom = Stream.iterate((Throwable) e, Objects::nonNull, Throwable::getCause)
                    .anyMatch(cause -> String.valueOf(cause.getMessage()).contains("No space left on device"));
            throw noRoom ? full(bytes) : e;
        }
    }

    /** A client that is still sending would see a broken connection instead of the answer: let it finish first. */
    private static S3Exception full(InputStream bytes) {
        try {
            bytes.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            LOG.debug("a client went away before it could be told that the disk is full", e);
        }
        String said = "the disk of the embedded store is full";
        return (S3Exception) S3Exception.builder()
                .statusCode(507)
                .message(said)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("InsufficientStorage")
                        .errorMessage(said)
                        .build())
                .build();
    }

    private void sync(String bucket, String key) {
        Path object = root.resolve(bucket).resolve(key).normalize();
        for (Path path = object; path.startsWith(root); path = path.getParent()) {
            sync(path);
        }
    }

    private static void sync(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot sync " + path, e);
        }
    }
}
