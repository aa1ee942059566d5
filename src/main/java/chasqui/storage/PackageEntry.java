package chasqui.storage;

import java.nio.file.Path;
import java.time.Instant;

/**
 * One file of a package, as registered.
 *
 * @param path its name inside the package
 * @param kind FILE or SYMLINK
 * @param sizeBytes size in bytes; of a symbolic link, the length of its target
 * @param xxHash64 digest of the content; of a symbolic link, of its target's bytes
 * @param sha256 the same, or null where it is not known
 * @param source where to read it; null for an entry that came out of a package
 * @param linkTargetEncoded the percent-encoded bytes of a symbolic link's target, else null
 */
public record PackageEntry(
        RelativePath path,
        FileFacts.Kind kind,
        long sizeBytes,
        Instant modified,
        Checksum xxHash64,
        Checksum sha256,
        Path source,
        String linkTargetEncoded) {

    public PackageEntry {
        if (kind == FileFacts.Kind.OTHER) {
            throw new IllegalArgumentException(path + ": only files and symbolic links can be packed");
        }
        if (sizeBytes < 0) {
            throw new IllegalArgumentException(path + ": size " + sizeBytes + " is negative");
        }
        if (!xxHash64.algorithm().equals(Checksum.XXH64)
                || (sha256 != null && !sha256.algorithm().equals(Checksum.SHA256))) {
            throw new IllegalArgumentException(path + ": needs an xxh64 and, if known, a sha256 checksum");
        }
        if ((kind == FileFacts.Kind.SYMLINK) != (linkTargetEncoded != null)) {
            throw new IllegalArgumentException(path + ": a symbolic link, and only that, has a target");
        }
        if (linkTargetEncoded != null && PercentCode.decode(linkTargetEncoded).length != sizeBytes) {
            throw new IllegalArgumentException(path + ": the size of a symbolic link is the length of its target");
        }
    }

    /** An entry for a regular file. */
    public static PackageEntry ofFile(RelativePath path, Instant modified, Fingerprint fingerprint, Path source) {
        return new PackageEntry(
                path,
                FileFacts.Kind.FILE,
                fingerprint.sizeBytes(),
                modified,
                fingerprint.xxHash64(),
                fingerprint.sha256(),
                source,
                null);
    }

    /** How many bytes of data follow its header in a package: none for a symbolic link. */
    long dataBytes() {
        return kind == FileFacts.Kind.FILE ? sizeBytes : 0;
    }
}
