package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Memory does not grow with what is moved: a process with a small heap moves an object of many times its size. */
class LargeObjectMemoryIT extends S3StoreFixture {
    private static final String MEMORY = "64m";
    private static final long SIZE_BYTES = 10 * (64L << 20) + 1;

    /** Moves a file by S3 there and back, and by copying, as the transfer methods do. */
    static final class Mover {
        public static void main(String[] words) throws Exception {
            Path folder = Path.of(words[0]);
            Path file = folder.resolve("large");
            PackageDigest copied = DurableFiles.copy(file, folder.resolve("copied"), Progress.NONE);
            Files.delete(folder.resolve("copied"));
            try (S3Clients clients =
                    new S3Clients(Path.of(words[1]), new S3Options(8, Duration.ofMinutes(2), Duration.ofDays(7)))) {
                S3Objects objects = clients.objects(new S3Endpoint(words[2], "", "chasqui"));
                objects.putProven(BUCKET, "large", file, copied, Map.of(), () -> {}, Progress.NONE);
                PackageDigest read = objects.readBack(BUCKET, "large", true, Progress.NONE);
                PackageDigest fetched = objects.fetch(BUCKET, "large", folder.resolve("fetched"), Progress.NONE);
                if (!read.equals(copied) || !fetched.xxHash64().equals(copied.xxHash64())) {
                    throw new AssertionError(copied + ", read back " + read + ", fetched " + fetched);
                }
            }
            System.out.println("moved " + copied.sizeBytes());
        }
    }

    @Test
    void an_object_ten_times_the_heap_is_copied_uploaded_read_back_and_fetched() throws Exception {
        Path place = Files.createDirectory(folder.resolve("memory"));
        sparse(place.resolve("large"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + MEMORY,
                        "-XX:MaxDirectMemorySize=" + MEMORY,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Mover.class.getName(),
                        place.toString(),
                        home.folders().aws().toString(),
                        store.address().endpoint().toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("moved " + SIZE_BYTES);
        assertThat(Files.size(place.resolve("fetched"))).isEqualTo(SIZE_BYTES);
    }

    /** Takes no room of its own, and no part of it is as another. */
    private static void sparse(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(SIZE_BYTES);
            for (long at = 0; at < SIZE_BYTES; at += 5 << 20) {
                file.seek(at);
                file.writeLong(at + 1);
            }
            file.setLength(SIZE_BYTES);
        }
    }
}
