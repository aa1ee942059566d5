package chasqui.staging;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.storage.ReadableSource;
import chasqui.storage.RelativePath;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.storage.S3Failure;
import chasqui.storage.S3Objects;
import chasqui.topology.Bucket;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Opens copies of packages wherever they lie: on a disk or in an S3 store. */
public final class PackageSources {
    private final Locations locations;
    private final S3Clients stores;

    public PackageSources(Locations locations, S3Clients stores) {
        this.locations = locations;
        this.stores = stores;
    }

    /**
     * The root of a disk location, made sure of.
     *
     * @throws ChasquiException (location, retryable) it is not there
     */
    Path root(long location) throws IOException {
        DataLocation place = locations.byId(location);
        if (place.root() == null || !Files.isDirectory(place.root())) {
            throw absent(place, "there is no such folder");
        }
        return place.root();
    }

    ReadableSource open(SourceCopy copy) throws IOException {
        DataLocation place = locations.byId(copy.location());
        return switch (place.storage()) {
            case DISK -> file(place, copy);
            case S3 -> object(place.bucket(), copy);
            case TAPE ->
                throw new ChasquiException(
                        FailureKind.ITEM, false, place + ": a copy on tape is recalled before it can be read");
        };
    }

    private static ReadableSource file(DataLocation place, SourceCopy copy) throws IOException {
        requireMounted(place);
        Path file = new RelativePath(copy.path()).under(place.root());
        return ReadableSource.of(file.toString(), () -> {
            try {
                return Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException gone) {
                throw new CopyUnreadable(file + ": there is no such file", gone);
            }
        });
    }

    /** An empty folder where an archive should be is a disk that is not mounted: no copy is blamed for it. */
    private static void requireMounted(DataLocation place) throws IOException {
        if (!Files.isDirectory(place.root())) {
            throw absent(place, "there is no such folder");
        }
        try (Stream<Path> inside = Files.list(place.root())) {
            if (inside.findAny().isEmpty()) {
                throw absent(place, "the folder is empty");
            }
        }
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

    private static ChasquiException absent(DataLocation place, String why) {
        return new ChasquiException(
                FailureKind.LOCATION, true, place + ": " + place.root() + ": " + why + "; is its disk mounted?");
    }
}
