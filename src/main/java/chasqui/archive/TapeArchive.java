package chasqui.archive;

import chasqui.catalogue.ReadMode;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.StallLimit;
import chasqui.storage.Checksum;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.TapeState;
import chasqui.tape.TapeAccess;
import chasqui.topology.DataLocation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An archive on tape. What has a name there can neither be replaced nor moved aside by us, so that the source is read
 * before it goes, and what is on tape and wrong is left to a human.
 */
final class TapeArchive implements ArchiveStore {
    private final DataLocation location;
    private final TapeAccess tape;
    private final StallLimit stall;

    TapeArchive(DataLocation location, TapeAccess tape, StallLimit stall) {
        this.location = location;
        this.tape = tape;
        this.stall = stall;
    }

    /** @throws chasqui.pipeline.NotYet it is not on tape yet: ask again later, nothing is handed over twice */
    @Override
    public Stored put(Path source, String path, PackageDigest digest, Lease lease) throws IOException {
        if (tape.state(path, lease) == TapeState.ABSENT) {
            requireUnchanged(source, digest, lease);
            lease.requireHeld();
            tape.archive(source, path, digest, lease);
        }
        if (!tape.holds(path, lease)) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    "%s: the archive command ended well, but the query command says ABSENT of %s; look at the library"
                            .formatted(location, path));
        }
        return proven(path, digest, lease);
    }

    private Stored proven(String path, PackageDigest digest, Lease lease) throws IOException {
        Checksum found = tape.read(path, digest.sizeBytes(), lease);
        if (!found.equals(digest.sha256())) {
            throw wrong(path, digest, found, lease);
        }
        return new Stored(null, ReadMode.REMOTE, null);
    }

    /**
     * On tape there is one name, the final one: what a transfer brought is proven where it lies.
     *
     * @throws chasqui.pipeline.NotYet it is not on tape yet
     */
    @Override
    public Stored adopt(String incomingName, String path, PackageDigest digest, Lease lease)
            throws IOException, Damaged {
        if (!tape.holds(path, lease)) {
            throw new Damaged(location + " says ABSENT of " + path + ", which was handed over", null);
        }
        return proven(path, digest, lease);
    }

    @Override
    public Optional<InputStream> open(String path, Lease lease) throws IOException {
        return tape.holds(path, lease) ? Optional.of(tape.open(path, lease)) : Optional.empty();
    }

    private void requireUnchanged(Path source, PackageDigest digest, Lease lease) throws IOException {
        lease.phase("reading the source", digest.sizeBytes(), stall.silence());
        ReadBackResult there = ReadBack.read(source, true, lease::advance);
        if (!there.holds(digest)) {
            throw new IntegrityViolation(
                    source + ", which is to be archived,", "all of it", digest.toString(), there.toString());
        }
    }

    /** A drive may misread once; what is wrong twice is wrong on tape. */
    private ChasquiException wrong(String path, PackageDigest digest, Checksum found, Lease lease) {
        boolean readBefore = lease.operation().attempt() > 0;
        return new ChasquiException(
                FailureKind.ITEM,
                !readBefore,
                "%s: %s on tape was read as %s instead of %s; %s"
                        .formatted(
                                location,
                                path,
                                found,
                                digest.sha256(),
                                readBefore
                                        ? "a name on tape is never written again: remove or rename it with the library's"
                                                + " own tools, then retry operation "
                                                + lease.operation().id()
                                        : "it is read once more"));
    }
}
