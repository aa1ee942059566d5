package chasqui.archive;

import chasqui.catalogue.ReadMode;
import chasqui.storage.FileFacts;

/**
 * Bytes that lie in an archive under their final name and were read back from there.
 *
 * @param facts of the file; null for an object
 */
record Stored(FileFacts facts, ReadMode mode) {}
