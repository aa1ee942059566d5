package chasqui.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Makes up a night's data: for each instrument a folder with detector streams of mixed sizes, housekeeping and logs. The
 * same seed makes the same bytes.
 */
final class ObservationNight {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int BLOCK = 256 * KIB;

    private final RandomGenerator random;

    ObservationNight(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /**
     * Writes one instrument's observation.
     *
     * @param folder created; must not exist
     * @param scans how many scans; each has a detector stream, a housekeeping table and a log
     * @return how many files were written
     */
    int write(Path folder, int scans) throws IOException {
        Files.createDirectories(folder);
        int files = 0;
        for (int scan = 1; scan <= scans; scan++) {
            Path scanFolder = Files.createDirectories(folder.resolve(String.format(Locale.ROOT, "scan_%04d", scan)));
            noise(scanFolder.resolve("detectors.bin"), streamSize());
            text(scanFolder.resolve("housekeeping.csv"), 40 + random.nextInt(400));
            text(scanFolder.resolve("scan.log"), 3 + random.nextInt(20));
            files += 3;
        }
        noise(folder.resolve("calibration sky dip.bin"), 2 * MIB + random.nextInt(MIB));
        text(folder.resolve("notes – night.txt"), 12);
        return files + 2;
    }

    /** Many small, some of a few MiB, a few large: as instruments write them. */
    private int streamSize() {
        double draw = random.nextDouble();
        if (draw < 0.5) {
            return 64 * KIB + random.nextInt(448 * KIB);
        }
        return draw < 0.93 ? MIB + random.nextInt(4 * MIB) : 12 * MIB + random.nextInt(12 * MIB);
    }

    private void noise(Path file, int bytes) throws IOException {
        byte[] block = new byte[BLOCK];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int left = bytes; left > 0; left -= block.length) {
                random.nextBytes(block);
                out.write(block, 0, Math.min(left, block.length));
            }
        }
    }

    private void text(Path file, int lines) throws IOException {
        StringBuilder text = new StringBuilder("time_s,azimuth_deg,elevation_deg,temperature_k\n");
        for (int line = 0; line < lines; line++) {
            text.append(String.format(
                    Locale.ROOT,
                    "%.3f,%.5f,%.5f,%.3f%n",
                    line * 0.005,
                    120 + random.nextDouble(),
                    45 + random.nextDouble(),
                    0.1 + random.nextDouble() / 100));
        }
        Files.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
