package chasqui.storage;

/**
 * Where an S3 store is, and under which name its keys are to be looked up.
 *
 * @param endpoint URL without bucket; empty takes the profile's {@code endpoint_url}, else Amazon's
 * @param region empty takes the profile's, else us-east-1
 * @param credential name of an AWS profile; {@code default} also looks where every AWS client does (environment, …)
 */
public record S3Endpoint(String endpoint, String region, String credential) {

    public S3Endpoint {
        endpoint = endpoint == null ? "" : endpoint.strip();
        region = region == null ? "" : region.strip();
        credential = credential == null || credential.isBlank() ? "default" : credential.strip();
    }

    @Override
    public String toString() {
        return (endpoint.isEmpty() ? "S3" : endpoint) + " (credential " + credential + ")";
    }
}
