package chasqui.storage;

/** An object has a key that another is to have, and the store does not let us take it away. Nothing was changed. */
public final class S3ObjectStays extends S3Failure {
    private static final long serialVersionUID = 1L;

    S3ObjectStays(String bucket, String key, S3Failure why) {
        super(
                ("%s holds other bytes than it should and cannot be moved aside; no object is ever overwritten, so move it"
                                + " away with the store's own tools, or let it be deleted, then retry (%s)")
                        .formatted(S3Store.name(bucket, key), why.getMessage()),
                why.status(),
                why.code(),
                false,
                why);
    }
}
