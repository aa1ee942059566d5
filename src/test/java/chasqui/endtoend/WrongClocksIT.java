package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instrument whose clock has lost its battery, or was set by hand. */
class WrongClocksIT {
    private static final List<Instant> WRONG = List.of(
            Instant.parse("1969-12-31T22:00:00.5Z"),
            Instant.parse("2199-01-01T00:00:00Z"),
            Instant.parse("1970-01-01T00:00:00Z"));

    @Test
    void files_with_stamps_from_the_past_and_the_future_go_all_the_way_and_keep_them(@TempDir Path folder)
            throws Exception {
        try (SmallObservatory.Objects objects = new SmallObservatory.Objects(folder.resolve("home"));
                SmallObservatory observatory =
                        new SmallObservatory(Files.createDirectory(folder.resolve("sites")), objects)) {
            observatory.file(1, WRONG);
            observatory.stages.untilNothingIsLeft();
            observatory.stage();
            observatory.stages.untilNothingIsLeft();
            observatory.everyByteIsRight();
            Path source = observatory.root("ccat/telescope_computer").toRealPath();
            Path opened = Files.createDirectory(folder.resolve("opened"));
            Tools.run(
                    opened,
                    "tar",
                    "xf",
                    SmallObservatory.largest(observatory.root("us/lta"), "camera/**.tar")
                            .toString());
            try (Stream<Path> filed = Files.walk(source)) {
                List<Path> files = filed.filter(Files::isRegularFile).toList();
                assertThat(files).hasSize(3);
                for (Path file : files) {
                    assertThat(stamp(opened.resolve(source.relativize(file))))
                            .as("whole seconds, in the archive")
                            .isEqualTo(stamp(file).truncatedTo(ChronoUnit.SECONDS));
                    Path staged = SmallObservatory.largest(
                            observatory.root("cologne/processing"), "*/" + source.relativize(file));
                    assertThat(stamp(staged)).isEqualTo(stamp(file));
                }
            }
        }
    }

    private static Instant stamp(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toInstant();
    }
}
