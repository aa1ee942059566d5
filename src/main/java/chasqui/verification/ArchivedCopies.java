package chasqui.verification;

import chasqui.catalogue.ReadMode;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.Lease;
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
import chasqui.tape.TapeAccess;
import chasqui.tape.Tapes;
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
    private final Tapes tapes;

    public ArchivedCopies(Locations locations, S3Clients clients, Tapes tapes) {
        this.locations = locations;
        this.clients = clients;
        this.tapes = tapes;
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
     * @param lease told the bytes
     * @throws ChasquiException (location, retryable) the archive itself is not there
     * @throws chasqui.pipeline.NotYet it is on its way to tape
     */
    Optional<Reading> read(long locationId, String path, long sizeBytes, Lease lease) throws IOException {
        DataLocation archive = location(locationId);
        return switch (archive.storage()) {
            case DISK -> file(archive, path, lease::advance);
            case S3 -> object(archive.bucket(), path, lease::advance);
            case TAPE -> tape(archive, path, sizeBytes, lease);
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

    /** The library read it, or sent it to us: either way we have no more than its word for where it comes from. */
    private Optional<Reading> tape(DataLocation archive, String path, long sizeBytes, Lease lease) throws IOException {
        TapeAccess tape = tapes.at(archive);
        if (!tape.holds(path, lease)) {
            return Optional.empty();
        }
        return Optional.of(
                new Reading(new PackageDigest(sizeBytes, null, tape.read(path, sizeBytes, lease)), ReadMode.REMOTE));
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
