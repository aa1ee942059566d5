package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelativePathTest {
    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "a/",
                "a//b",
                ".",
                "..",
                "a/..",
                "../a",
                "a/./b",
                "a/../../b",
                "a%00b",
                "a%2Fb",
                "%2E%2E/x",
                "a%2e",
                "%ff",
                "%4",
                "%",
                "%GG",
                "a b",
                "é",
                "a\nb",
                "%41"
            })
    void what_could_leave_the_root_or_is_written_otherwise_is_refused(String encoded) {
        assertThatIllegalArgumentException().isThrownBy(() -> new RelativePath(encoded));
    }

    @Test
    void the_limits_are_255_bytes_a_component_and_4095_bytes_in_all() {
        assertThat(new RelativePath("%FF".repeat(255)).bytes()).hasSize(255);
        assertThatIllegalArgumentException().isThrownBy(() -> new RelativePath("n".repeat(256)));
        assertThatIllegalArgumentException().isThrownBy(() -> new RelativePath("d/".repeat(2048)));
        assertThat(new RelativePath("d/".repeat(2047) + "f").bytes()).hasSize(4095);
    }

    @Test
    void three_dots_and_leading_dots_are_ordinary_names() {
        assertThat(new RelativePath("...").readable()).isEqualTo("...");
        assertThat(new RelativePath("..a/.b/c..").readable()).isEqualTo("..a/.b/c..");
    }

    @Test
    void any_bytes_survive_the_way_to_the_disk_and_back() throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < 200; i++) {
            byte[] name = new byte[1 + random.nextInt(60)];
            random.nextBytes(name);
            for (int k = 0; k < name.length; k++) {
                name[k] = name[k] == 0 || name[k] == '/' || name[k] == '.' ? (byte) '\n' : name[k];
            }
            RelativePath path = RelativePath.ofRaw(name);
            Path file = path.under(root);
            Files.createFile(file);
            assertThat(RelativePath.of(root, file)).isEqualTo(path);
            try (var listed = Files.list(root)) {
                Path found = listed.findFirst().orElseThrow();
                assertThat(RelativePath.of(root, found).bytes()).isEqualTo(name);
            }
            Files.delete(file);
        }
    }

    @Test
    void a_folder_gets_no_slash_and_the_root_itself_has_no_path() throws Exception {
        Path folder = Files.createDirectories(root.resolve("a").resolve("b"));
        assertThat(RelativePath.of(root, folder).encoded()).isEqualTo("a/b");
        assertThatIllegalArgumentException().isThrownBy(() -> RelativePath.of(root, root));
        assertThatIllegalArgumentException().isThrownBy(() -> RelativePath.of(folder, root));
        assertThatIllegalArgumentException().isThrownBy(() -> RelativePath.of(folder, folder.resolve("../x")));
    }

    @Test
    void order_is_that_of_the_unsigned_raw_bytes() {
        Random random = new Random(5);
        byte[] alphabet = {'a', 'b', '-', '/', ' ', '~', (byte) 0x80, (byte) 0xff};
        for (int i = 0; i < 2000; i++) {
            byte[] left = anyName(random, alphabet);
            byte[] right = anyName(random, alphabet);
            int order = RelativePath.ofRaw(left).compareTo(RelativePath.ofRaw(right));
            assertThat(Integer.signum(order)).isEqualTo(Integer.signum(Arrays.compareUnsigned(left, right)));
        }
    }

    private static byte[] anyName(Random random, byte[] alphabet) {
        byte[] name = new byte[1 + random.nextInt(5)];
        for (int i = 0; i < name.length; i++) {
            byte b = alphabet[random.nextInt(alphabet.length)];
            boolean slashFits = i > 0 && i < name.length - 1 && name[i - 1] != '/';
            name[i] = b == '/' && !slashFits ? (byte) 'x' : b;
        }
        return name;
    }

    @Test
    void people_see_what_is_in_a_name() {
        assertThat(new RelativePath("a%20b%0A%1B%5B31m").readable()).isEqualTo("a b\\x0a\\x1b[31m");
        assertThat(new RelativePath("%C3%A9%FF%5C").readable()).isEqualTo("é\\xff\\x5c");
        assertThat(RelativePath.ofText("right\u202eto-left").readable()).isEqualTo("right\\xe2\\x80\\xaeto-left");
        assertThat(RelativePath.ofText("星").bytes()).isEqualTo("星".getBytes(StandardCharsets.UTF_8));
    }
}
