package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
            Path source = observatory.root("ccat/telescope_computer");
            try (Stream<Path> filed = Files.walk(source)) {
                for (Path file : filed.filter(Files::isRegularFile).toList()) {
                    Path staged = SmallObservatory.largest(
                            observatory.root("cologne/processing"), "*/" + source.relativize(file));
                    assertThat(Files.getLastModifiedTime(staged).toInstant())
                            .isEqualTo(Files.getLastModifiedTime(file).toInstant());
                }
            }
        }
    }
}
