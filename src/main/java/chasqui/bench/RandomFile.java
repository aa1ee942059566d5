package chasqui.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Files that nothing can compress. */
final class RandomFile {
    private static final int CHUNK_BYTES = 1 << 20;

    private RandomFile() {}

    static void make(Path file, long bytes, SplittableRandom random) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, bytes)];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = bytes; left > 0; left -= chunk.length) {
                random.nextBytes(chunk);
                out.write(chunk, 0, (int) Math.min(chunk.length, left));
            }
        }
    }
}
