package chasqui.storage;

import java.time.Instant;
import java.util.Map;

/**
 * What a store says about an object without reading it.
 *
 * @param etag the store's own mark of this version of the object; no checksum of ours
 * @param metadata what was given when it was put, names in lower case
 */
public record S3ObjectFacts(long sizeBytes, String etag, Instant lastModified, Map<String, String> metadata) {}
