package chasqui.staging;

import chasqui.catalogue.ReadMode;
import chasqui.pipeline.Result;

/**
 * A tree under its final name.
 *
 * @param mode how it was read back
 * @param aside where something else that had its name lies now; null when there was nothing
 * @param place {@code site/name}
 * @param node that brought it
 */
record Staged(StagingTask task, ReadMode mode, String aside, String place, String node) implements Result {}
