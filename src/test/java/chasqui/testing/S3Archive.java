package chasqui.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A home's embedded archive as any S3 client sees it: by the standard files under the home, nothing else. */
public final class S3Archive implements AutoCloseable {
    private final S3Client client;

    public S3Archive(Path home) throws IOException {
        ProfileFile credentials = file(home.resolve("aws/credentials"), ProfileFile.Type.CREDENTIALS);
        ProfileFile config = file(home.resolve("aws/config"), ProfileFile.Type.CONFIGURATION);
        String endpoint =
                config.profile("chasqui").orElseThrow().property("endpoint_url").orElseThrow();
        String region =
                config.profile("chasqui").orElseThrow().property("region").orElseThrow();
        this.client = S3Client.builder()
                .endpointOverride(URI.create(endpoint))
                .region(Region.of(region))
                .forcePathStyle(true)
                .credentialsProvider(ProfileCredentialsProvider.builder()
                        .profileFile(credentials)
                        .profileName("chasqui")
                        .build())
                .build();
    }

    private static ProfileFile file(Path path, ProfileFile.Type type) {
        return ProfileFile.builder().content(path).type(type).build();
    }

    /** Keys of a bucket, sorted. */
    public List<String> keys(String bucket) {
        return client.listObjectsV2Paginator(r -> r.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .sorted()
                .toList();
    }

    /** Keys of uploads that were begun and neither completed nor ended. */
    public List<String> unfinished(String bucket) {
        return client.listMultipartUploads(r -> r.bucket(bucket)).uploads().stream()
                .map(MultipartUpload::key)
                .toList();
    }

    public void fetch(String bucket, String key, Path target) throws IOException {
        try (InputStream in = client.getObject(r -> r.bucket(bucket).key(key))) {
            Files.copy(in, target);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
