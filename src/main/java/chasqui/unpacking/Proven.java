package chasqui.unpacking;

import chasqui.catalogue.ReadMode;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBackResult;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A package under its final name: what its file is, and how its bytes were read when they were compared.
 *
 * @param aside where other bytes that had this name lie now; null when there were none
 */
record Proven(PackageDigest digest, FileFacts facts, ReadMode mode, String aside) {
    static Proven at(Path finalName, PackageDigest digest, ReadBackResult.Mode mode) throws IOException {
        return at(finalName, digest, mode, null);
    }

    static Proven at(Path finalName, PackageDigest digest, ReadBackResult.Mode mode, String aside) throws IOException {
        return new Proven(digest, FileFacts.of(finalName), ReadMode.valueOf(mode.name()), aside);
    }
}
