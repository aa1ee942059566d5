package chasqui.staging;

import chasqui.catalogue.ReadMode;
import chasqui.storage.FileFacts;
import chasqui.storage.Fingerprint;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageEntry;
import chasqui.storage.PackageManifest;
import chasqui.storage.Progress;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Reads an unpacked tree back and compares every file with the package's manifest. */
final class StagedTree {
    private final Path folder;
    private final Set<Path> realFolders = new HashSet<>();

    StagedTree(Path folder) {
        this.folder = folder;
    }

    /**
     * Files that the manifest does not name are not looked at. A symbolic link may be absent: one that leads out of its
     * package is never made.
     *
     * @return how all of it was read: DIRECT only if every file was
     * @throws IntegrityViolation a file is missing or not what the manifest says
     */
    ReadMode compare(PackageManifest manifest, Progress progress) throws IOException {
        ReadMode mode = ReadMode.DIRECT;
        for (PackageEntry entry : manifest.entries()) {
            Path file = entry.path().under(folder);
            requireRealFolders(file);
            if (compare(entry, file, progress) == ReadBackResult.Mode.CACHED) {
                mode = ReadMode.CACHED;
            }
        }
        return mode;
    }

    private ReadBackResult.Mode compare(PackageEntry entry, Path file, Progress progress) throws IOException {
        FileFacts facts;
        try {
            facts = FileFacts.of(file);
        } catch (NoSuchFileException absent) {
            if (entry.kind() == FileFacts.Kind.SYMLINK) {
                return ReadBackResult.Mode.DIRECT;
            }
            throw violation(entry, "a file", "nothing");
        }
        if (facts.kind() != entry.kind() || facts.sizeBytes() != entry.sizeBytes()) {
            throw violation(
                    entry,
                    entry.kind() + " of " + entry.sizeBytes() + " bytes",
                    facts.kind() + " of " + facts.sizeBytes());
        }
        if (entry.kind() == FileFacts.Kind.SYMLINK) {
            require(entry, Fingerprint.take(file, progress).xxHash64().toString());
            return ReadBackResult.Mode.DIRECT;
        }
        ReadBackResult read = ReadBack.read(file, false, progress);
        require(entry, read.xxHash64().toString());
        return read.mode();
    }

    private void require(PackageEntry entry, String found) throws IntegrityViolation {
        if (!entry.xxHash64().toString().equals(found)) {
            throw violation(entry, entry.xxHash64().toString(), found);
        }
    }

    private void requireRealFolders(Path file) throws IntegrityViolation {
        for (Path parent = file.getParent();
                !parent.equals(folder) && realFolders.add(parent);
                parent = parent.getParent()) {
            if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
                throw new IntegrityViolation(
                        folder.toString(),
                        folder.relativize(parent).toString(),
                        "a folder",
                        "none, or a symbolic link");
            }
        }
    }

    private IntegrityViolation violation(PackageEntry entry, String expected, String found) {
        return new IntegrityViolation(folder.toString(), entry.path().readable(), expected, found);
    }
}
