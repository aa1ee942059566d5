package chasqui.packaging;

import chasqui.pipeline.Result;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;

/**
 * A package under its final name, and how it was read back.
 *
 * @param files how many are in it
 * @param contentBytes of them
 * @param aside where other bytes that had its name lie now; null when there were none
 * @param node that packed it
 */
record Packed(
        At at,
        int files,
        long contentBytes,
        PackageDigest digest,
        FileFacts facts,
        ReadBackResult.Mode readMode,
        String aside,
        String node)
        implements Result {

    /**
     * Where it lies.
     *
     * @param buffer {@code site/name}
     */
    record At(long bufferId, String buffer, RelativePath path) {}

    Packed foundAgain(FileFacts now, ReadBackResult.Mode mode) {
        return new Packed(at, files, contentBytes, digest, now, mode, aside, node);
    }
}
