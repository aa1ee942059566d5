package chasqui.storage;

/**
 * What was found when a file was read back.
 *
 * @param sha256OrNull null where it was not asked for
 */
public record ReadBackResult(long sizeBytes, Checksum xxHash64, Checksum sha256OrNull, Mode mode) {

    /** DIRECT: from the device, past every cache of this machine's kernel. CACHED: perhaps from memory only. */
    public enum Mode {
        DIRECT,
        CACHED
    }

    /** Whether these are the registered bytes; their SHA-256 counts where both sides have one. */
    public boolean holds(PackageDigest expected) {
        return sizeBytes == expected.sizeBytes()
                && xxHash64.equals(expected.xxHash64())
                && (sha256OrNull == null || expected.sha256() == null || sha256OrNull.equals(expected.sha256()));
    }
}
