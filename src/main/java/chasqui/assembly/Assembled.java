package chasqui.assembly;

import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;

/**
 * A transfer package under its final name.
 *
 * @param readMode how it was read back; null for a second name of a file that was read back when it was packed
 */
record Assembled(RelativePath path, PackageDigest digest, FileFacts facts, ReadBackResult.Mode readMode) {}
