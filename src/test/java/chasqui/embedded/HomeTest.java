package chasqui.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
    @TempDir
    Path temporary;

    @Test
    void a_new_home_is_closed_to_everybody_else() throws IOException {
        Path wanted = temporary.resolve("a home with blanks/inside");
        try (Home home = Home.open(wanted)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.path())))
                    .isEqualTo("rwx------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.folder("journal"))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void a_home_that_was_closed_opens_again() {
        Path wanted = temporary.resolve("home");
        Home.open(wanted).close();
        Home home = Home.open(wanted);
        assertThat(Home.peek(wanted).holder()).isPresent();
        home.close();
        home.close();
        assertThat(Home.peek(wanted).holder()).isEmpty();
    }

    @Test
    void a_home_opens_once_even_inside_one_process_and_under_another_name() throws IOException {
        Path wanted = temporary.resolve("home");
        Path alias = Files.createSymbolicLink(temporary.resolve("alias"), wanted);
        try (Home home = Home.open(wanted)) {
            assertThat(home.path()).isDirectory();
            assertThatThrownBy(() -> Home.open(alias))
                    .isInstanceOf(HomeInUse.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        }
    }

    @Test
    void a_home_left_open_to_others_is_closed_to_them() throws IOException {
        Path wanted = Files.createDirectory(
                temporary.resolve("home"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try (Home home = Home.open(wanted)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.path())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void a_file_is_no_home() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        assertThatThrownBy(() -> Home.open(file))
                .isInstanceOf(HomeRefused.class)
                .hasMessageContaining(file + " is a file");
        assertThatThrownBy(() -> Home.open(file.resolve("below"))).isInstanceOf(HomeRefused.class);
    }

    @Test
    void a_folder_with_other_things_in_it_is_refused_and_left_as_it_was() throws IOException {
        Path folder = Files.createDirectory(
                temporary.resolve("photos"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.createFile(folder.resolve("summer.jpg"));
        assertThatThrownBy(() -> Home.open(folder))
                .isInstanceOf(HomeRefused.class)
                .hasMessageContaining("is not empty");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void looking_into_a_home_that_is_not_there_says_so() {
        assertThatThrownBy(() -> Home.peek(temporary.resolve("nowhere")))
                .isInstanceOf(HomeRefused.class)
                .hasMessageContaining("there is no home at");
        assertThatThrownBy(() -> Home.peek(temporary))
                .isInstanceOf(HomeRefused.class)
                .hasMessageContaining("is not a Chasqui home");
    }

    @Test
    void another_users_home_is_refused() throws IOException {
        assumeTrue(ServerIdentity.runningAsRoot(), "only root can give a folder away");
        Path wanted = Files.createDirectory(temporary.resolve("home"));
        Files.setAttribute(wanted, "unix:uid", 65534);
        assertThatThrownBy(() -> Home.open(wanted))
                .isInstanceOf(HomeRefused.class)
                .hasMessageContaining("belongs to user id 65534");
    }

    @Test
    void a_home_below_a_folder_without_write_permission_is_refused() throws IOException {
        assumeTrue(!ServerIdentity.runningAsRoot(), "root may write everywhere");
        Path closed = Files.createDirectory(
                temporary.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));
        assertThatThrownBy(() -> Home.open(closed.resolve("home")))
                .isInstanceOf(HomeRefused.class)
                .hasMessageContaining("permission denied");
    }

    @Test
    void a_home_whose_path_holds_a_newline_is_refused() {
        assertThatThrownBy(() -> Home.open(temporary.resolve("two\nlines")))
                .isInstanceOf(HomeRefused.class)
                .hasMessageContaining("control character");
    }
}
