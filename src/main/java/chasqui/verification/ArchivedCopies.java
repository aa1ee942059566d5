package chasqui.verification;

import chasqui.catalogue.ReadMode;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.storage.Checksum;
import chasqui.storage.PackageDigest;
import chasqui.storage.Progress;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
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
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Reads copies wherever they are archived. */
public final class ArchivedCopies {
    private final Locations locations;
    private final S3Clients clients;

    public ArchivedCopies(Locations locations, S3Clients clients) {
        this.locations = locations;
        this.clients = clients;
    }

    /** What was read, and how. */
    record Reading(PackageDigest digest, ReadMode mode) {
        /** In the algorithm that the copy is registered with. */
        Checksum checksumLike(Checksum registered) {
            return registered.algorithm().equals(Checksum.SHA256) ? digest.sha256() : digest.xxHash64();
        }
    }

    DataLocation location(long id) {
        return locations.byId(id);
    }

    /**
     * Reads all of a copy.
     *
     * @param path below the location's root or prefix
     * @return empty when the archive is there but the copy is not
     * @throws ChasquiException (location, retryable) the archive itself is not there
     */
    Optional<Reading> read(long locationId, String path, Progress progress) throws IOException {
        DataLocation archive = location(locationId);
        return switch (archive.storage()) {
            case DISK -> file(archive, path, progress);
            case S3 -> object(archive.bucket(), path, progress);
            case TAPE ->
                throw new ChasquiException(
                        FailureKind.ITEM, false, archive + ": this version cannot read tapes; switch the location off");
        };
    }

    private static Optional<Reading> file(DataLocation archive, String path, Progress progress) throws IOException {
        Path file = new RelativePath(path).under(DiskRoot.require(archive));
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            if (!DiskRoot.isMounted(archive)) {
                throw DiskRoot.missing(archive, file, "verification");
            }
            return Optional.empty();
        }
        ReadBackResult read = ReadBack.read(file, true, progress);
        return Optional.of(new Reading(
                new PackageDigest(read.sizeBytes(), read.xxHash64(), read.sha256OrNull()),
                ReadMode.valueOf(read.mode().name())));
    }

    private Optional<Reading> object(Bucket bucket, String path, Progress progress) throws IOException {
        S3Endpoint endpoint = new S3Endpoint(bucket.endpoint(), bucket.region(), bucket.credential());
        try {
            S3Objects objects = clients.objects(endpoint);
            objects.sweep(bucket.bucket(), bucket.prefix());
            PackageDigest digest = objects.readBack(bucket.bucket(), bucket.key(path), true, progress);
            return Optional.of(new Reading(digest, ReadMode.REMOTE));
        } catch (S3Failure failure) {
            if (failure.code().equals("NoSuchKey")) {
                return Optional.empty();
            }
            throw failure;
        }
    }
}
