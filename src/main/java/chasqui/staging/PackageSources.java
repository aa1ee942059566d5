package chasqui.staging;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.storage.DurableFiles;
import chasqui.storage.ReadableSource;
import chasqui.storage.RelativePath;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.storage.S3Failure;
import chasqui.storage.S3Objects;
import chasqui.topology.Bucket;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.Locations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens copies of packages wherever they lie: on a disk, in an S3 store, or in the folder for what came back from tape. */
public final class PackageSources {
    private final Locations locations;
    private final S3Clients stores;

    public PackageSources(Locations locations, S3Clients stores) {
        this.locations = locations;
        this.stores = stores;
    }

    /**
     * The root to unpack below, made sure of.
     *
     * @throws ChasquiException (location, retryable) it is not there, or not mounted
     */
    Path root(StagingTask task) {
        return DiskRoot.requireForWriting(locations.byId(task.location()), task.placeWasUsed());
    }

    /** The place to unpack at, {@code site/name}. */
    String label(StagingTask task) {
        return locations.byId(task.location()).label();
    }

    ReadableSource open(SourceCopy copy) throws IOException {
        DataLocation place = locations.byId(copy.location());
        return switch (place.storage()) {
            case DISK -> file(place, copy);
            case S3 -> object(place.bucket(), copy);
            case TAPE -> recalled(place, copy);
        };
    }

    /** Of a copy on tape only what came back from there is read. */
    private static ReadableSource recalled(DataLocation place, SourceCopy copy) throws RecallGone {
        Path root = place.tape().recallRoot();
        if (!Files.isDirectory(root.resolve(DurableFiles.OWN_FOLDER))) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    place + ": " + root + ", where packages come back from tape, is not there; mount it here as well,"
                            + " work then goes on");
        }
        Path file = new RelativePath(copy.path()).under(root);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new RecallGone(file + ": came back from tape and is gone; it is recalled again");
        }
        return ReadableSource.of(file);
    }

    private static ReadableSource file(DataLocation place, SourceCopy copy) {
        Path file = new RelativePath(copy.path()).under(DiskRoot.require(place));
        return ReadableSource.of(file.toString(), () -> {
            try {
                return Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException gone) {
                if (DiskRoot.isMounted(place)) {
                    throw new CopyUnreadable(file + ": there is no such file", gone);
                }
                throw DiskRoot.missing(place, file, "staging");
            }
        });
    }

    private ReadableSource object(Bucket bucket, SourceCopy copy) throws S3Failure {
        S3Objects objects = stores.objects(new S3Endpoint(bucket.endpoint(), bucket.region(), bucket.credential()));
        String key = bucket.key(copy.path());
        String name = "s3://" + bucket.bucket() + "/" + key;
        return ReadableSource.of(name, () -> open(objects, bucket.bucket(), key, name));
    }

    private static InputStream open(S3Objects objects, String bucket, String key, String name) throws IOException {
        try {
            return objects.open(bucket, key);
        } catch (S3Failure failure) {
            if (failure.code().equals("NoSuchKey")) {
                throw new CopyUnreadable(name + ": there is no such object", failure);
            }
            throw failure;
        }
    }
}
