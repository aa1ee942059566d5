package chasqui.storage;

import java.io.IOException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A store as the classes of this package reach it.
 *
 * @param patient for what a store may be silent about for long: completing an upload, copying
 */
record S3Store(S3Client client, S3Client patient, S3Endpoint endpoint, S3Options options) implements AutoCloseable {

    static String name(String bucket, String key) {
        return "s3://" + bucket + "/" + key;
    }

    /** @param what begins the message: what was tried, on which object */
    S3Failure failure(String what, SdkException cause) {
        return S3Failure.of(what, endpoint, cause);
    }

    S3Failure failure(String what, IOException cause) {
        return S3Failure.of(what, endpoint, cause);
    }

    @Override
    public void close() {
        client.close();
        patient.close();
    }
}
