package chasqui.storage;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * One shared client per endpoint, region and credential. Credentials are AWS profiles, looked up by name in the home
 * first and then where every AWS client looks.
 */
public final class S3Clients implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Longest silence on a connection while bytes move. */
    private static final Duration SILENCE = Duration.ofSeconds(60);
    /** Stores put the parts of a large object together before they answer. */
    private static final Duration COMPLETION_SILENCE = Duration.ofMinutes(15);

    private static final int MOST_CONNECTIONS = 64;

    private final Path awsFolder;
    private final SdkHttpClient connections = http(SILENCE, MOST_CONNECTIONS);
    private final SdkHttpClient patientConnections = http(COMPLETION_SILENCE, MOST_CONNECTIONS / 4);
    private final Map<S3Endpoint, S3Objects> known = new ConcurrentHashMap<>();

    /** @param awsFolder holds {@code credentials} and {@code config} in AWS form; null where there is none */
    public S3Clients(Path awsFolder) {
        this.awsFolder = awsFolder;
    }

    /** @throws S3Failure there is no profile of that name */
    public S3Objects objects(S3Endpoint endpoint) throws S3Failure {
        S3Objects found = known.get(endpoint);
        if (found != null) {
            return found;
        }
        Credential credential = credential(endpoint.credential());
        return known.computeIfAbsent(
                endpoint,
                wanted -> new S3Objects(
                        build(wanted, credential, connections), build(wanted, credential, patientConnections)));
    }

    /** The bare client, for what {@link S3Objects} does not offer. */
    public S3Client client(S3Endpoint endpoint) throws S3Failure {
        return objects(endpoint).client();
    }

    /** Whether a credential of this name can be looked up; {@code default} always can. */
    public boolean profileExists(String name) {
        return name.equals("default") || profile(name).isPresent();
    }

    @Override
    public void close() {
        known.values().forEach(S3Objects::close);
        known.clear();
        connections.close();
        patientConnections.close();
    }

    private record Credential(AwsCredentialsProvider keys, String endpoint, String region) {}

    private Credential credential(String name) throws S3Failure {
        Optional<ProfileFile> file = fileWith(name);
        if (file.isEmpty() && !name.equals("default")) {
            throw new S3Failure(
                    "credential '%s': there is no AWS profile of that name in %sthe standard AWS files; add it there"
                            .formatted(name, awsFolder == null ? "" : awsFolder + " or "),
                    0,
                    "NoSuchProfile",
                    false,
                    null);
        }
        Optional<Profile> profile = file.flatMap(f -> f.profile(name));
        AwsCredentialsProvider keys = name.equals("default")
                ? DefaultCredentialsProvider.builder().build()
                : ProfileCredentialsProvider.builder()
                        .profileFile(file.orElseThrow())
                        .profileName(name)
                        .build();
        return new Credential(
                keys,
                profile.flatMap(p -> p.property("endpoint_url")).orElse(""),
                profile.flatMap(p -> p.property("region")).orElse(""));
    }

    private Optional<Profile> profile(String name) {
        return fileWith(name).flatMap(file -> file.profile(name));
    }

    private Optional<ProfileFile> fileWith(String name) {
        Optional<ProfileFile> own = homeFile().filter(file -> file.profile(name).isPresent());
        return own.or(() -> Optional.of(ProfileFile.defaultProfileFile())
                .filter(file -> file.profile(name).isPresent()));
    }

    private Optional<ProfileFile> homeFile() {
        if (awsFolder == null || !Files.isReadable(awsFolder.resolve("credentials"))) {
            return Optional.empty();
        }
        ProfileFile.Aggregator both = ProfileFile.aggregator()
                .addFile(ProfileFile.builder()
                        .content(awsFolder.resolve("credentials"))
                        .type(ProfileFile.Type.CREDENTIALS)
                        .build());
        if (Files.isReadable(awsFolder.resolve("config"))) {
            both.addFile(ProfileFile.builder()
                    .content(awsFolder.resolve("config"))
                    .type(ProfileFile.Type.CONFIGURATION)
                    .build());
        }
        return Optional.of(both.build());
    }

    private static S3Client build(S3Endpoint wanted, Credential credential, SdkHttpClient http) {
        String endpoint = wanted.endpoint().isEmpty() ? credential.endpoint() : wanted.endpoint();
        String region = wanted.region().isEmpty() ? credential.region() : wanted.region();
        var builder = S3Client.builder()
                .httpClient(http)
                .region(Region.of(region.isEmpty() ? "us-east-1" : region))
                .credentialsProvider(credential.keys())
                .forcePathStyle(true)
                // Our own digests are checked by reading back, and older stores do not know checksum trailers.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(override -> override.retryStrategy(RetryMode.STANDARD));
        if (!endpoint.isEmpty()) {
            builder.endpointOverride(URI.create(endpoint));
        }
        return builder.build();
    }

    private static SdkHttpClient http(Duration silence, int most) {
        return ApacheHttpClient.builder()
                .maxConnections(most)
                .connectionTimeout(CONNECT)
                .connectionAcquisitionTimeout(SILENCE)
                .socketTimeout(silence)
                .tcpKeepAlive(true)
                .build();
    }
}
