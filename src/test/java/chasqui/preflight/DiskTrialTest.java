package chasqui.preflight;

import chasqui.storage.NotWritable;
import chasqui.storage.StorageFull;
import chasqui.testing.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full, and one that was mounted read-only. */
class DiskTrialTest {
    @Test
    void a_full_disk_is_told_and_a_read_only_one_fails(@TempDir Path folder) throws Exception {
        SmallDisk.run(DiskTrialTest.class, folder);
    }

    /** In the child: the folder is small now. */
    public static void main(String[] arguments) throws Exception {
        Path small = Path.of(arguments[0]);
        require(DiskCheck.written(small).isEmpty(), "an empty disk passes");
        Path big = fill(small);
        List<Finding> found = DiskCheck.written(small);
        require(found.size() == 1 && found.get(0).stops().isEmpty(), "full: told, and stops nothing: " + found);
        try {
            DiskTrial.in(small);
            throw new AssertionError("there was room");
        } catch (StorageFull asItShouldBe) {
            require(names(small).equals(List.of(big)), "nothing is left: " + names(small));
        }
        Files.delete(big);
        require(DiskCheck.written(small).isEmpty(), "an emptied disk passes");
        // bind: the mount alone; an ordinary user may not give the file system the options again that it was made with.
        Process remount = new ProcessBuilder("mount", "-o", "remount,bind,ro", small.toString())
                .inheritIO()
                .start();
        require(remount.waitFor() == 0, "mounted read-only");
        try {
            DiskCheck.written(small);
            throw new AssertionError("it was written to");
        } catch (NotWritable asItShouldBe) {
            SmallDisk.done();
        }
    }

    private static Path fill(Path small) throws Exception {
        Path big = small.resolve("big");
        byte[] block = new byte[4096];
        try (var out = Files.newOutputStream(big, StandardOpenOption.CREATE_NEW)) {
            while (true) {
                out.write(block);
            }
        } catch (java.io.IOException full) {
            return big;
        }
    }

    private static List<Path> names(Path folder) throws Exception {
        try (Stream<Path> names = Files.list(folder)) {
            return names.toList();
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
