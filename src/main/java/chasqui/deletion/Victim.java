package chasqui.deletion;

import chasqui.catalogue.CopyOf;
import chasqui.storage.FileFacts;
import java.time.Instant;

/**
 * A copy that is to go, as it was registered.
 *
 * @param subjectId the file or package it is a copy of
 * @param location {@code site/name}
 * @param path below the location's root, percent-encoded
 * @param modified null where the copy is a tree
 * @param fileKey {@code device:inode}, null where the copy is a tree
 */
public record Victim(
        long copyId,
        CopyOf of,
        long subjectId,
        long locationId,
        String location,
        String path,
        long sizeBytes,
        String checksum,
        Instant modified,
        String fileKey,
        FileFacts.Kind kind) {
    /** What the file system must say about it before it is unlinked. */
    FileFacts facts() {
        return new FileFacts(sizeBytes, modified, fileKey, kind);
    }
}
