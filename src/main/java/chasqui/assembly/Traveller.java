package chasqui.assembly;

import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageEntry;
import chasqui.storage.RelativePath;
import java.nio.file.Path;

/**
 * A raw data package in a transfer package.
 *
 * @param copyId its readable copy at the buffer; null, as path and facts, when it has none any more
 * @param facts the copy's as registered
 */
record Traveller(long packageId, String name, PackageDigest digest, Long copyId, RelativePath path, FileFacts facts) {
    RelativePath nameInside() {
        return RelativePath.ofText(name + ".tar");
    }

    Path file(Path root) {
        return path.under(root);
    }

    PackageEntry entry(Path root) {
        return new PackageEntry(
                nameInside(),
                FileFacts.Kind.FILE,
                digest.sizeBytes(),
                facts.modified(),
                digest.xxHash64(),
                digest.sha256(),
                file(root),
                null);
    }
}
