package chasqui.packaging;

import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;

/** A package under its final name, and how it was read back. */
record Packed(RelativePath path, PackageDigest digest, FileFacts facts, ReadBackResult.Mode readMode) {}
