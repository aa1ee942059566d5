package chasqui.storage;

/** Into how many parts an object is cut: always the same for the same size, so that any attempt can go on with another's. */
final class S3PartSize {
    private static final long SMALLEST = 16L << 20;
    private static final long MEBIBYTE = 1L << 20;
    private static final int MOST_PARTS = 10_000;

    private S3PartSize() {}

    /** Stores want at most 10,000 parts; whole MiB keep them aligned. */
    static long of(long sizeBytes) {
        return of(sizeBytes, SMALLEST);
    }

    /** @param smallest bytes, whole MiB, at least 5 MiB */
    static long of(long sizeBytes, long smallest) {
        long least = (sizeBytes + MOST_PARTS - 1) / MOST_PARTS;
        return Math.max(smallest, (least + MEBIBYTE - 1) / MEBIBYTE * MEBIBYTE);
    }
}
