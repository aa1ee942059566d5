package chasqui.archive;

import chasqui.catalogue.ReadMode;
import chasqui.storage.FileFacts;

/**
 * Bytes that lie in an archive under their final name and were read back from there.
 *
 * @param facts of the file; null for an object
 * @param aside where other bytes that had the name lie now; null when there were none
 */
record Stored(FileFacts facts, ReadMode mode, String aside) {
    Stored(FileFacts facts, ReadMode mode) {
        this(facts, mode, null);
    }

    Stored aside(String others) {
        return new Stored(facts, mode, others);
    }
}
