package chasqui.filing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeWalkTest {
    @TempDir
    Path root;

    private List<String> walk(int window) {
        List<String> met = new ArrayList<>();
        new TreeWalk(
                        new TreeWalk.Visitor() {
                            @Override
                            public boolean meet(Path path) {
                                if (Files.isDirectory(path)) {
                                    return true;
                                }
                                met.add(root.relativize(path).toString());
                                return false;
                            }

                            @Override
                            public void unreadable(Path folder, IOException failure) {
                                met.add("unreadable " + root.relativize(folder));
                            }
                        },
                        window)
                .walk(root);
        return met;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100})
    void names_come_in_order_whatever_the_window(int window) throws Exception {
        Files.createDirectories(root.resolve("b/x"));
        for (String name : List.of("c", "a", "b/2", "b/x/1", "b/10", "é", "Z")) {
            Files.writeString(root.resolve(name), name);
        }
        assertThat(walk(window)).containsExactly("Z", "a", "b/10", "b/2", "b/x/1", "c", "é");
    }

    @Test
    void a_folder_that_vanished_is_named() throws Exception {
        Path gone = root.resolve("gone");
        assertThat(walk(10)).isEmpty();
        List<String> met = new ArrayList<>();
        new TreeWalk(new TreeWalk.Visitor() {
                    @Override
                    public boolean meet(Path path) {
                        return false;
                    }

                    @Override
                    public void unreadable(Path folder, IOException failure) {
                        met.add(folder.getFileName() + " " + failure.getClass().getSimpleName());
                    }
                })
                .walk(gone);
        assertThat(met).containsExactly("gone NoSuchFileException");
    }
}
