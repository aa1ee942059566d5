package chasqui.storage;

/** An object is not the one that was read before: another attempt has put it there, perhaps the right one. It stays. */
public final class S3ObjectChanged extends S3Failure {
    private static final long serialVersionUID = 1L;

    S3ObjectChanged(String bucket, String key) {
        super(
                S3Store.name(bucket, key)
                        + " is not the object that was read as other bytes than it should hold; it was not"
                        + " touched and is read again",
                412,
                "ObjectChanged",
                true,
                null);
    }
}
