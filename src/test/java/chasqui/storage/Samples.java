package chasqui.storage;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Files and packages for the tests of this package. */
final class Samples {
    static final Map<String, String> FACTS = Map.of("instrument", "prime cam");

    private Samples() {}

    static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static Path write(Path root, String encoded, byte[] content) throws IOException {
        Path file = new RelativePath(encoded).under(root);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    static PackageEntry entry(Path root, Path file) throws IOException {
        FileFacts facts = FileFacts.of(file);
        Fingerprint print = Fingerprint.take(file, Progress.NONE);
        return new PackageEntry(
                RelativePath.of(root, file),
                facts.kind(),
                print.sizeBytes(),
                facts.modified(),
                print.xxHash64(),
                print.sha256(),
                file,
                facts.kind() == FileFacts.Kind.SYMLINK ? LinkTarget.encodedOf(file) : null);
    }

    /** Every file and link below a folder. */
    static List<PackageEntry> entries(Path root) throws IOException {
        List<PackageEntry> entries = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                entries.add(entry(root, file));
                return FileVisitResult.CONTINUE;
            }
        });
        return entries;
    }

    /** Names that are legal and unpleasant, with files of sizes around every boundary. */
    static Path hostileTree(Path root) throws IOException {
        String[] names = {
            "plain.fits",
            "with%20space",
            "new%0Aline",
            "-rf",
            "--checkpoint-action%3Dexec%3Dsh",
            "no-utf8-%FF%FE%80",
            "%C3%A9t%C3%A9",
            "back%5Cslash",
            "quote%27%22%24%28x%29%60",
            "a%01control%7F",
            "glob%2A%3F%5Bx%5D",
            "deep/" + "d/".repeat(98) + "file",
            "long/" + "n".repeat(255),
            "long/" + "%FE".repeat(255),
            "long/" + "%C3%BC".repeat(127),
            "split/" + "p".repeat(90) + "/" + "q".repeat(95),
            "split/" + "p".repeat(200) + "/" + "r".repeat(200) + "/" + "%F0".repeat(200),
            "a/b",
            "a-b",
            "a.b",
        };
        int size = 0;
        for (String name : names) {
            write(root, name, bytes(size, size));
            size = size < 500 ? size + 171 : size * 2 - 301;
        }
        Files.createSymbolicLink(root.resolve("inside-link"), Path.of("a/b"));
        Files.createSymbolicLink(root.resolve("a").resolve("up-link"), Path.of("../plain.fits"));
        Path odd = Path.of(URI.create("file:///%FFtarget/x")).subpath(0, 2);
        Files.createSymbolicLink(root.resolve("odd-link"), odd);
        Files.createSymbolicLink(root.resolve("long-link"), Path.of("t".repeat(150) + "/" + "u".repeat(150)));
        return root;
    }

    /** What a tree holds: encoded path to digest or link target. */
    static Map<String, String> content(Path root) throws IOException {
        Map<String, String> content = new TreeMap<>();
        for (PackageEntry entry : entries(root)) {
            content.put(
                    entry.path().encoded(),
                    entry.kind() + " " + entry.sizeBytes() + " " + entry.sha256() + " " + entry.linkTargetEncoded());
        }
        return content;
    }
}
