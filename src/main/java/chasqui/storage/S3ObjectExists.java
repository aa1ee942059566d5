package chasqui.storage;

/** A key that is to be made exists already. Nothing was replaced: compare, then adopt it or move it aside. */
public final class S3ObjectExists extends S3Failure {
    private static final long serialVersionUID = 1L;

    S3ObjectExists(String bucket, String key, Throwable cause) {
        super(
                "s3://%s/%s: exists already and is never replaced; compare it, then adopt or quarantine it"
                        .formatted(bucket, key),
                412,
                "PreconditionFailed",
                false,
                cause);
    }
}
