package chasqui.staging;

import chasqui.pipeline.Result;

/**
 * A package that came back from tape and is right.
 *
 * @param copyId of it on tape
 * @param archive {@code site/name}
 * @param aside where something else that had its name lies now; null when there was nothing
 */
record Recalled(long copyId, String archive, String file, String aside) implements Result {}
