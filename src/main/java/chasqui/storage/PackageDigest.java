package chasqui.storage;

/**
 * Size and digests of a whole file or package.
 *
 * @param sha256 null where nobody asked for it
 */
public record PackageDigest(long sizeBytes, Checksum xxHash64, Checksum sha256) {}
