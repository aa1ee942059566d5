package chasqui.assembly;

import chasqui.pipeline.Result;
import chasqui.storage.FileFacts;
import chasqui.storage.ReadBackResult;

/**
 * A copy of a transfer package that holds the right bytes, after all or again.
 *
 * @param node that read or built it
 */
record Mended(MendingRecords.BadCopy copy, FileFacts facts, ReadBackResult.Mode readMode, String node)
        implements Result {}
