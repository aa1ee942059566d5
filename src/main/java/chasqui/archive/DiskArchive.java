package chasqui.archive;

import chasqui.catalogue.ReadMode;
import chasqui.pipeline.Lease;
import chasqui.pipeline.StallLimit;
import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageReader;
import chasqui.storage.Placement;
import chasqui.storage.Quarantine;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;
import chasqui.storage.Temporaries;
import chasqui.topology.DiskRoot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** An archive that is a folder. */
final class DiskArchive implements ArchiveStore {
    private final Path root;
    private final StallLimit stall;

    /** @param root existing */
    DiskArchive(Path root, StallLimit stall) {
        this.root = root;
        this.stall = stall;
    }

    @Override
    public Stored put(Path source, String path, PackageDigest digest, Lease lease) throws IOException {
        Path target = new RelativePath(path).under(root);
        // Begun in any case: a dead attempt may have made the name and left its temporary beside it.
        try (Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token())) {
            Optional<Stored> already = lookAgain(path, digest, lease);
            if (already.isPresent()) {
                return already.get();
            }
            Path temporary = temporaries.name("archive");
            lease.phase("storing", digest.sizeBytes(), stall.whenWriting(digest.sizeBytes()));
            PackageDigest read = DurableFiles.copy(source, temporary, lease::advance);
            require(source + " as it was read for the archive", read, digest);
            lease.phase("reading back", digest.sizeBytes(), stall.silence());
            ReadBackResult written = ReadBack.prove(root, temporary, digest, true, lease::advance);
            lease.requireHeld();
            Placement placed = Placement.place(root, temporary, target, digest, bytes -> lease.advance(0));
            ReadBackResult.Mode mode = placed.readMode() == null ? written.mode() : placed.readMode();
            return stored(target, mode, placed.aside());
        }
    }

    @Override
    public Optional<Stored> lookAgain(String path, PackageDigest digest, Lease lease) throws IOException {
        Path target = new RelativePath(path).under(root);
        if (Files.notExists(target, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        lease.phase("reading back", digest.sizeBytes(), stall.silence());
        DurableFiles.makeDurable(root, target);
        ReadBackResult there = ReadBack.read(target, true, lease::advance);
        return there.holds(digest) ? Optional.of(stored(target, there.mode(), null)) : Optional.empty();
    }

    @Override
    public Stored adopt(String incomingName, String path, PackageDigest digest, Lease lease)
            throws IOException, Damaged {
        Path target = new RelativePath(path).under(root);
        Path incoming = DiskRoot.incoming(root, incomingName);
        boolean named = Files.notExists(incoming, LinkOption.NOFOLLOW_LINKS);
        Path there = named ? target : incoming;
        if (Files.notExists(there, LinkOption.NOFOLLOW_LINKS)) {
            throw new Damaged(
                    "the bytes that were sent are gone (" + incoming + "), and " + target + " is not there", null);
        }
        // Whoever sent it may have left it in this machine's memory.
        lease.phase("making durable", digest.sizeBytes(), stall.whenWriting(digest.sizeBytes()));
        DurableFiles.makeDurable(root, there);
        lease.phase("verifying", digest.sizeBytes(), stall.silence());
        FileFacts met = FileFacts.of(there);
        ReadBackResult.Mode mode;
        try {
            mode = PackageReader.verifyReadBack(there, digest, lease::advance).mode();
        } catch (IntegrityViolation broken) {
            lease.requireHeld();
            throw new Damaged(
                    broken.getMessage() + "; it lies at " + Quarantine.take(root, there, met, broken.getMessage()),
                    broken);
        }
        lease.requireHeld();
        if (named) {
            return stored(target, mode, null);
        }
        Placement placed = Placement.place(root, incoming, target, digest, bytes -> lease.advance(0));
        return stored(target, placed.readMode() == null ? mode : placed.readMode(), placed.aside());
    }

    @Override
    public Optional<InputStream> open(String path, Lease lease) throws IOException {
        Path file = new RelativePath(path).under(root);
        try {
            return Optional.of(Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    private static void require(String where, PackageDigest found, PackageDigest wanted) throws IntegrityViolation {
        if (!found.equals(wanted)) {
            throw new IntegrityViolation(where, "all of it", wanted.toString(), found.toString());
        }
    }

    private static Stored stored(Path target, ReadBackResult.Mode mode, String aside) throws IOException {
        return new Stored(FileFacts.of(target), ReadMode.valueOf(mode.name()), aside);
    }
}
