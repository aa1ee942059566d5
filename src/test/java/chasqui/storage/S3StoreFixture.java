package chasqui.storage;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.testing.S3Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A real S3 server with a proxy of faults before it; {@link #objects} goes through the proxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class S3StoreFixture {
    static final String BUCKET = "cologne-lta";
    static final int PART = 16 << 20;
    /** Five parts, the last a small one. */
    static final int LARGE = 4 * PART + 12_345;
    /** Far more than the server here ever needs, on a machine that is busy with other tests, too. */
    static final Duration SILENCE = Duration.ofSeconds(30);

    Path folder;
    Home home;
    EmbeddedObjectStore store;
    S3Faults faults;
    S3Clients clients;
    S3Objects objects;

    @BeforeAll
    void start(@TempDir Path shared) throws IOException {
        folder = shared;
        home = Home.open(shared.resolve("home"));
        store = EmbeddedObjectStore.start(home);
        store.ensureBucket(BUCKET);
        faults = new S3Faults(store.address().endpoint());
    }

    /** A client asks again less and less while its store fails: what one test used up, the next must not lack. */
    @BeforeEach
    void new_client() throws IOException {
        faults.reset();
        clients = clientsThatWait(SILENCE);
        objects = clients.objects(new S3Endpoint(faults.endpoint(), "", "chasqui"));
        // The first object of a client finds out what the store can do: that is not to meet the faults.
        objects.putSmall(BUCKET, "first-" + UUID.randomUUID(), new byte[1], Map.of());
        faults.reset();
    }

    @AfterEach
    void close_client() {
        clients.close();
    }

    @AfterAll
    void stop() throws IOException {
        faults.close();
        store.close();
        home.close();
    }

    /** @param silence longest time without a byte before the client asks again */
    S3Clients clientsThatWait(Duration silence) {
        return new S3Clients(home.folders().aws(), new S3Options(3, silence, Duration.ofDays(7)));
    }

    Path fileOf(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(Files.createTempFile(folder, "input", ".bin"), bytes);
    }

    static PackageDigest digestOf(Path file) throws IOException {
        Fingerprint found = Fingerprint.take(file, Progress.NONE);
        return new PackageDigest(found.sizeBytes(), found.xxHash64(), found.sha256());
    }

    PackageDigest readBack(String key) throws IOException {
        return objects.readBack(BUCKET, key, true, Progress.NONE);
    }

    /** The file in which the server keeps an object. */
    Path stored(String key) {
        return home.folders().s3().resolve("objects").resolve(BUCKET).resolve(key);
    }
}
