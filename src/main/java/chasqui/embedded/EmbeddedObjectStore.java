package chasqui.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 store over a folder of the home, on loopback, behind generated keys that stay the same across restarts.
 *
 * <p>The home's AWS files hold endpoint and keys under the profile {@value #PROFILE}, so any S3 client can look in.
 */
public final class EmbeddedObjectStore implements AutoCloseable {
    public static final String PROFILE = "chasqui";
    public static final String REGION = "us-east-1";
    /** The setting that a fixed port comes from, as messages name it. */
    public static final String PORT_SETTING = "chasqui.object-store.port";

    private static final int PORT_ATTEMPTS = 5;
    private static final int MOST_THREADS = 32;
    /** A client that does not send in signed chunks has its whole request held in memory to check the signature. */
    private static final long LARGEST_UNCHUNKED = 32L << 20;

    private final S3Proxy server;
    private final BlobStore store;
    private final ObjectStoreAddress address;
    private final HomeFolders folders;
    private final UncleanStop unclean;

    private EmbeddedObjectStore(
            S3Proxy server, BlobStore store, ObjectStoreAddress address, HomeFolders folders, UncleanStop unclean) {
        this.server = server;
        this.store = store;
        this.address = address;
        this.folders = folders;
        this.unclean = unclean;
    }

    /** Starts on the port of the last start if that is free, else on any free one. */
    public static EmbeddedObjectStore start(Home home) {
        return start(home, 0);
    }

    /**
     * @param port TCP port on loopback, 0 for the last one or any
     * @throws ObjectStoreNotStarted the port is taken, or the file system keeps no user attributes
     */
    public static EmbeddedObjectStore start(Home home, int port) {
        HomeFolders folders = home.folders();
        try {
            Path objects = PrivateFiles.folder(folders.s3().resolve("objects"));
            UncleanStop.requireAttributes(folders.s3());
            UncleanStop unclean = new UncleanStop(objects, folders.s3().resolve("in-use"));
            unclean.cleanAndMark();
            Properties secrets = secrets(folders);
            BlobStore store = new DurableFolderStore(new FilesystemNio2BlobStore(objects.toString()), objects);
            S3Proxy server = listen(store, secrets, port);
            ObjectStoreAddress address = address(secrets, server.getPort());
            EmbeddedObjectStore started = new EmbeddedObjectStore(server, store, address, folders, unclean);
            secrets.setProperty("port", Integer.toString(server.getPort()));
            started.announce(secrets);
            return started;
        } catch (IOException e) {
            throw new ObjectStoreNotStarted(
                    "cannot prepare the embedded S3 store in %s: %s".formatted(folders.s3(), e), e);
        }
    }

    /** How to reach the store of a home that another process has open; empty when nobody has. */
    public static Optional<ObjectStoreAddress> address(HomeFolders folders) {
        if (folders.holder().isEmpty()) {
            return Optional.empty();
        }
        try {
            AwsFiles files = AwsFiles.of(folders);
            Map<String, String> keys = files.section(files.credentials(), PROFILE);
            Map<String, String> config = files.section(files.config(), "profile " + PROFILE);
            if (keys.isEmpty() || config.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new ObjectStoreAddress(
                    URI.create(config.get("endpoint_url")),
                    config.get("region"),
                    keys.get("aws_access_key_id"),
                    keys.get("aws_secret_access_key"),
                    PROFILE));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the AWS files in " + folders.aws(), e);
        }
    }

    public ObjectStoreAddress address() {
        return address;
    }

    /** Whether the server still answers requests. */
    public boolean alive() {
        return server.getState().equals("STARTED");
    }

    /** Creates the bucket unless it is there. */
    public synchronized void ensureBucket(String name) {
        if (!store.containerExists(name)) {
            store.createContainer(name);
        }
    }

    /** Two lines for a terminal: how any S3 client looks into the archive. */
    public String howToLook() {
        return howToLook(folders);
    }

    /** The same, for clients of a home. */
    public static String howToLook(HomeFolders folders) {
        AwsFiles files = AwsFiles.of(folders);
        return "export AWS_SHARED_CREDENTIALS_FILE=%s AWS_CONFIG_FILE=%s AWS_PROFILE=%s%naws s3 ls s3://BUCKET --recursive"
                .formatted(quoted(files.credentials()), quoted(files.config()), PROFILE);
    }

    /** Refuses new requests and waits up to 30 s for running ones. */
    @Override
    public void close() {
        try {
            server.stop();
            unclean.closedWell();
        } catch (Exception e) {
            throw new IllegalStateException("the embedded S3 store did not stop: " + e, e);
        }
    }

    private void announce(Properties secrets) throws IOException {
        try {
            PrivateFiles.write(secretsFile(folders), secrets);
            AwsFiles.of(folders).write(address);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static S3Proxy listen(BlobStore store, Properties secrets, int wanted) throws IOException {
        if (wanted != 0 && !LocalPort.free(wanted)) {
            throw new ObjectStoreNotStarted(
                    "port %d on 127.0.0.1 is taken by another program: free it, or set %s to another port (0 picks a free one)"
                            .formatted(wanted, PORT_SETTING));
        }
        for (int attempt = 1; ; attempt++) {
            int port = wanted != 0 ? wanted : LocalPort.sameOrAny(secrets.getProperty("port"));
            S3Proxy server = S3Proxy.builder()
                    .blobStore(store)
                    .endpoint(endpoint(port))
                    .awsAuthentication(
                            AuthenticationType.AWS_V4,
                            secrets.getProperty("accessKey"),
                            secrets.getProperty("secretKey"))
                    .jettyMaxThreads(MOST_THREADS)
                    // The AWS transfer managers send headers that no other S3 store knows.
                    .ignoreUnknownHeaders(true)
                    .maxSinglePartObjectSize(5L << 30)
                    .v4MaxNonChunkedRequestSize(LARGEST_UNCHUNKED)
                    .build();
            try {
                server.start();
                return server;
            } catch (Exception e) {
                if (wanted != 0 || attempt == PORT_ATTEMPTS || LocalPort.free(port)) {
                    throw new ObjectStoreNotStarted(
                            "the embedded S3 store did not start on port %d: %s".formatted(port, e), e);
                }
            }
        }
    }

    private static Properties secrets(HomeFolders folders) throws IOException {
        Optional<Properties> kept = PrivateFiles.read(secretsFile(folders));
        if (kept.isPresent()) {
            return kept.get();
        }
        Properties secrets = new Properties();
        secrets.setProperty("accessKey", "CHASQUI" + PrivateFiles.capitals(13));
        secrets.setProperty(
                "secretKey", PrivateFiles.secret() + PrivateFiles.secret().substring(0, 8));
        PrivateFiles.write(secretsFile(folders), secrets);
        return secrets;
    }

    private static Path secretsFile(HomeFolders folders) {
        return folders.s3().resolve("secrets.properties");
    }

    private static ObjectStoreAddress address(Properties secrets, int port) {
        return new ObjectStoreAddress(
                endpoint(port), REGION, secrets.getProperty("accessKey"), secrets.getProperty("secretKey"), PROFILE);
    }

    private static URI endpoint(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }
}
