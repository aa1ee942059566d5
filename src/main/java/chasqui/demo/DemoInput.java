package chasqui.demo;

import chasqui.storage.RelativePath;
import chasqui.topology.DataLocation;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the demo files: a made-up night, or a user's tree, in folders of the instruments' source locations. */
final class DemoInput {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int SCANS = 34;

    private DemoInput() {}

    /**
     * One observation, ready to be filed.
     *
     * @param module null: the instrument's only one
     * @param folderBelowRoot its folder below the source's root, percent-encoded
     * @param problems what of the input could not be brought here, with reason and remedy
     */
    record Observation(
            String instrument,
            String module,
            String name,
            Path folder,
            String folderBelowRoot,
            List<String> problems) {}

    /** Files and bytes to be filed. */
    record Size(long files, long bytes) {}

    /** An instrument and where its data appears. */
    record Origin(String instrument, String module, DataLocation source) {}

    /** Puts a user's tree into the first instrument's source. */
    static List<Observation> ofTree(Path input, Origin origin) throws IOException {
        Path tree = input.toRealPath();
        String name = "input-" + STAMP.format(Instant.now());
        Path folder = origin.source().root().resolve(origin.instrument()).resolve(name);
        if (folder.startsWith(tree)) {
            throw new IllegalArgumentException(
                    "--input " + input + " contains the home of this demo; choose another --home");
        }
        TreePlacer.Placed placed = TreePlacer.place(tree, folder);
        return List.of(observation(origin, name, folder, placed.problems()));
    }

    /** Makes a night's data, one observation for each instrument. */
    static List<Observation> ofNight(List<Origin> origins) throws IOException {
        List<Observation> night = new ArrayList<>();
        ObservationNight bytes = new ObservationNight(Instant.now().getEpochSecond());
        for (Origin origin : origins) {
            String name = "night-" + STAMP.format(Instant.now()) + "-" + origin.instrument()
                    + (origin.module() == null ? "" : "-" + origin.module());
            Path folder = origin.source().root().resolve(origin.instrument()).resolve(name);
            bytes.write(folder, SCANS);
            night.add(observation(origin, name, folder, List.of()));
        }
        return night;
    }

    private static Observation observation(Origin origin, String name, Path folder, List<String> problems)
            throws IOException {
        Path root = origin.source().root().toRealPath();
        String below = RelativePath.of(root, folder.toRealPath()).encoded();
        return new Observation(origin.instrument(), origin.module(), name, folder, below, problems);
    }

    static Size measure(List<Observation> observations) throws IOException {
        long[] sum = new long[2];
        for (Observation observation : observations) {
            Files.walkFileTree(observation.folder(), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
                    sum[0]++;
                    sum[1] += facts.size();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE; // filing names it
                }
            });
        }
        return new Size(sum[0], sum[1]);
    }

    static boolean isFolder(Path input) {
        return Files.isDirectory(input, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(input);
    }
}
