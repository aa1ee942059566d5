package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bbcp wrote as one user at the destination, and a worker there publishes as another. */
class OtherUsersFileTest {
    private static final String NOBODY = "65534";

    /** Runs as another user. */
    static final class Publisher {
        public static void main(String[] words) {
            try {
                DurableFiles.publish(Path.of(words[0]), Path.of(words[1]));
                System.out.println("published");
            } catch (IOException failure) {
                System.out.println(failure.getClass().getSimpleName() + ": " + failure.getMessage());
            }
        }
    }

    @Test
    void it_is_said_that_the_users_differ(@TempDir Path folder) throws Exception {
        assumeThat(System.getProperty("user.name"))
                .as("only root can run a program as another user")
                .isEqualTo("root");
        Path protection = Path.of("/proc/sys/fs/protected_hardlinks");
        assumeThat(Files.exists(protection)
                        && Files.readString(protection).strip().equals("1"))
                .as("this kernel protects hard links")
                .isTrue();
        Path classes = Files.createDirectories(folder.resolve("classes/chasqui/storage"));
        for (Path from :
                List.of(Path.of("target/classes/chasqui/storage"), Path.of("target/test-classes/chasqui/storage"))) {
            try (Stream<Path> all = Files.list(from)) {
                for (Path one : all.filter(Files::isRegularFile).toList()) {
                    Files.copy(one, classes.resolve(one.getFileName().toString()));
                }
            }
        }
        Path place = Files.createDirectory(folder.resolve("place"));
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path incoming = Files.writeString(place.resolve("incoming"), "sent as root");
        Files.setPosixFilePermissions(incoming, PosixFilePermissions.fromString("rw-r--r--"));
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--reuid=" + NOBODY,
                        "--regid=" + NOBODY,
                        "--clear-groups",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        folder.resolve("classes").toString(),
                        Publisher.class.getName(),
                        incoming.toString(),
                        place.resolve("final").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said)
                .startsWith("NotWritable: ")
                .contains("which belongs to root while this is")
                .contains("fs.protected_hardlinks")
                .contains("let the same user write and work at this location");
        assertThat(incoming).hasContent("sent as root");
    }
}
