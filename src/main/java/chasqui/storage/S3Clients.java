package chasqui.storage;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * One shared client per endpoint, region and credential. Credentials are looked up by name in the environment, then in
 * the home's AWS files, then where every AWS client looks; they never come from the database.
 */
public final class S3Clients implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration WAIT_FOR_CONNECTION = Duration.ofMinutes(1);
    /** Stores put the parts of a large object together before they answer. */
    private static final Duration COMPLETION_SILENCE = Duration.ofMinutes(15);

    private static final int MOST_CONNECTIONS = 128;
    /** A throttling store is asked again for about half a minute; then the work is parked. */
    private static final int MOST_ATTEMPTS = 6;

    private final S3Credentials credentials;
    private final S3Options options;
    private final SdkHttpClient connections;
    private final SdkHttpClient patientConnections = http(COMPLETION_SILENCE, MOST_CONNECTIONS / 4);
    private final Map<S3Endpoint, Known> known = new ConcurrentHashMap<>();
    /** With keys that were replaced since; work may still go on with them. */
    private final List<S3Objects> retired = new ArrayList<>();

    /** @param awsFolder holds {@code credentials} and {@code config} in AWS form; null where there is none */
    public S3Clients(Path awsFolder) {
        this(awsFolder, S3Options.DEFAULT);
    }

    public S3Clients(Path awsFolder, S3Options options) {
        this(new S3Credentials(awsFolder, System.getenv()), options);
    }

    S3Clients(S3Credentials credentials, S3Options options) {
        this.credentials = credentials;
        this.options = options;
        this.connections = http(options.silence(), MOST_CONNECTIONS);
    }

    private record Known(S3Objects objects, Object version) {}

    /** @throws S3Failure there is no credential of that name */
    public S3Objects objects(S3Endpoint endpoint) throws S3Failure {
        Object version = credentials.version();
        Known found = known.get(endpoint);
        return found != null && found.version.equals(version) ? found.objects : look(endpoint, version);
    }

    private synchronized S3Objects look(S3Endpoint endpoint, Object version) throws S3Failure {
        Known found = known.get(endpoint);
        if (found != null && found.version.equals(version)) {
            return found.objects;
        }
        S3Credentials.Found credential = credentials.find(endpoint.credential());
        S3Objects objects = new S3Objects(new S3Store(
                build(endpoint, credential, connections),
                build(endpoint, credential, patientConnections),
                endpoint,
                options));
        Known before = known.put(endpoint, new Known(objects, version));
        if (before != null) {
            retired.add(before.objects);
        }
        return objects;
    }

    /** The bare client, for what {@link S3Objects} does not offer. */
    public S3Client client(S3Endpoint endpoint) throws S3Failure {
        return objects(endpoint).client();
    }

    /** Whether a credential of this name can be looked up; {@code default} always can. */
    public boolean knowsCredential(String name) {
        return credentials.know(name);
    }

    @Override
    public synchronized void close() {
        known.values().forEach(one -> one.objects.close());
        known.clear();
        retired.forEach(S3Objects::close);
        retired.clear();
        connections.close();
        patientConnections.close();
    }

    private static S3Client build(S3Endpoint wanted, S3Credentials.Found credential, SdkHttpClient http) {
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
                .overrideConfiguration(
                        override -> override.retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(MOST_ATTEMPTS)
                                .build()));
        if (!endpoint.isEmpty()) {
            builder.endpointOverride(URI.create(endpoint));
        }
        return builder.build();
    }

    private static SdkHttpClient http(Duration silence, int most) {
        return ApacheHttpClient.builder()
                .maxConnections(most)
                .connectionTimeout(CONNECT)
                .connectionAcquisitionTimeout(WAIT_FOR_CONNECTION)
                .socketTimeout(silence)
                .tcpKeepAlive(true)
                .build();
    }
}
