package chasqui.embedded;

import java.net.URI;

/**
 * How to reach an S3 store.
 *
 * @param endpoint without bucket; buckets go into the path
 * @param secretKey never shown by {@link #toString()}
 * @param profile name under which the AWS files of the home hold all of this
 */
public record ObjectStoreAddress(URI endpoint, String region, String accessKey, String secretKey, String profile) {

    @Override
    public String toString() {
        return "profile " + profile + " at " + endpoint;
    }
}
