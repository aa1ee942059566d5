package chasqui.topology;

/**
 * Where an S3 location's objects lie.
 *
 * @param endpoint null: the credential's profile, or the provider's default, names it
 * @param region null: likewise
 * @param prefix put before every key; "" or ends with "/"
 * @param credential name of the credential to look up, never the secret
 */
public record Bucket(String endpoint, String region, String bucket, String prefix, String credential) {
    public String key(String path) {
        return prefix + path;
    }
}
