package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageRoundTripTest {
    @TempDir
    Path folder;

    @Test
    void gnu_tar_opens_a_package_with_every_name_byte_for_byte() throws Exception {
        Path tree = Samples.hostileTree(folder.resolve("tree"));
        Path tar = folder.resolve("package.tar");
        PackageWriter.write(Samples.entries(tree), Samples.FACTS, tar, Progress.NONE);
        Path opened = Files.createDirectory(folder.resolve("opened"));
        run(opened, "tar", "xf", tar.toString());
        Files.delete(opened.resolve(PackageManifest.NAME));
        assertThat(Samples.content(opened)).isEqualTo(Samples.content(tree));
    }

    @Test
    void our_own_reader_verifies_and_unpacks_it() throws Exception {
        Path tree = Samples.hostileTree(folder.resolve("tree"));
        List<PackageEntry> entries = Samples.entries(tree);
        Path tar = folder.resolve("package.tar");
        PackageDigest digest = PackageWriter.write(entries, Samples.FACTS, tar, Progress.NONE);
        PackageManifest manifest = PackageReader.verify(ReadableSource.of(tar), digest, Progress.NONE);
        assertThat(manifest.facts()).isEqualTo(Samples.FACTS);
        assertThat(manifest.entries()).hasSameSizeAs(entries);
        PackageReader.Unpacked unpacked =
                PackageReader.unpack(ReadableSource.of(tar), digest, folder.resolve("unpacked"), Progress.NONE);
        assertThat(unpacked.skippedLinks()).isEmpty();
        assertThat(Samples.content(folder.resolve("unpacked"))).isEqualTo(Samples.content(tree));
        for (PackageEntry entry : entries) {
            if (entry.kind() == FileFacts.Kind.FILE) {
                FileFacts facts = FileFacts.of(entry.path().under(folder.resolve("unpacked")));
                assertThat(facts.modified()).isEqualTo(entry.modified());
            }
        }
    }

    @Test
    void the_same_files_in_any_order_give_the_same_bytes() throws Exception {
        Path tree = Samples.hostileTree(folder.resolve("tree"));
        List<PackageEntry> entries = new ArrayList<>(Samples.entries(tree));
        PackageDigest first = PackageWriter.write(entries, Samples.FACTS, folder.resolve("1.tar"), Progress.NONE);
        Collections.shuffle(entries, new Random(7));
        PackageDigest second =
                PackageWriter.write(entries, Map.copyOf(Samples.FACTS), folder.resolve("2.tar"), Progress.NONE);
        assertThat(second).isEqualTo(first);
        assertThat(folder.resolve("2.tar")).hasSameBinaryContentAs(folder.resolve("1.tar"));
    }

    private static void run(Path where, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
    }
}
