package chasqui.unpacking;

import chasqui.catalogue.ReadMode;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBackResult;
import java.io.IOException;
import java.nio.file.Path;

/** A package under its final name: what its file is, and how its bytes were read when they were compared. */
record Proven(PackageDigest digest, FileFacts facts, ReadMode mode) {
    static Proven at(Path finalName, PackageDigest digest, ReadBackResult.Mode mode) throws IOException {
        return new Proven(digest, FileFacts.of(finalName), ReadMode.valueOf(mode.name()));
    }
}
