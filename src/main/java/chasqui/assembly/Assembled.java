package chasqui.assembly;

import chasqui.pipeline.Result;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;
import java.util.List;

/**
 * A transfer package under its final name.
 *
 * @param readMode how it was read back; null for a second name of a file that was read back when it was packed
 * @param aside where other bytes that had its name lie now; null when there were none
 * @param packages ids of the raw data packages in it
 * @param node that built it
 */
record Assembled(
        At at,
        PackageDigest digest,
        FileFacts facts,
        ReadBackResult.Mode readMode,
        String aside,
        List<Long> packages,
        String node)
        implements Result {

    /**
     * Where it lies.
     *
     * @param siteId of the buffer
     * @param buffer {@code site/name}
     */
    record At(long siteId, long bufferId, String buffer, RelativePath path) {}

    Assembled foundAgain(FileFacts now, ReadBackResult.Mode mode) {
        return new Assembled(at, digest, now, mode, aside, packages, node);
    }
}
