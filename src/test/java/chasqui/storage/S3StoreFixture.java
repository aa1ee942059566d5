package chasqui.storage;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.testing.S3Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
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
        clients = new S3Clients(home.folders().aws(), new S3Options(3, Duration.ofSeconds(2), Duration.ofDays(7)));
        objects = clients.objects(new S3Endpoint(faults.endpoint(), "", "chasqui"));
        objects.putSmall(BUCKET, "first", new byte[1], java.util.Map.of());
    }

    @BeforeEach
    void without_faults() {
        faults.reset();
    }

    @AfterAll
    void stop() throws IOException {
        clients.close();
        faults.close();
        store.close();
        home.close();
    }

    /** @param silence bounded by the whole machine's load: far more than a working server needs */
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
