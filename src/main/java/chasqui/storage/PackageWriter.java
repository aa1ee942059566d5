package chasqui.storage;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Packs files into one deterministic, durable POSIX tar whose first entry is a manifest. */
public final class PackageWriter {
    private static final int BUFFER_BYTES = 256 << 10;

    private PackageWriter() {}

    /**
     * Reads every file once, checks it against its registered size and xxHash64, and writes the archive.
     *
     * @param entries at least one, at most {@link PackageManifest#MAX_FILES}, in any order
     * @param facts what the manifest is to say about the package
     * @param target a temporary name of the caller's own making that must not exist; removed again on any failure
     * @param progress told the bytes of the archive
     * @throws SourceFilesUnusable files are gone, unreadable or not as registered: names all of them
     * @throws StorageFull no room
     * @throws IllegalArgumentException no entries, too many, two with one path, or one named like the manifest
     */
    public static PackageDigest write(
            List<PackageEntry> entries, Map<String, String> facts, Path target, Progress progress) throws IOException {
        List<PackageEntry> sorted = entries.stream()
                .sorted(Comparator.comparing(PackageEntry::path))
                .toList();
        check(sorted);
        List<SourceFilesUnusable.Unusable> unusable = new ArrayList<>();
        for (PackageEntry entry : sorted) {
            look(entry, unusable);
        }
        if (!unusable.isEmpty()) {
            throw new SourceFilesUnusable(unusable);
        }
        return writeNew(sorted, facts, target, progress);
    }

    private static void check(List<PackageEntry> sorted) {
        if (sorted.isEmpty() || sorted.size() > PackageManifest.MAX_FILES) {
            throw new IllegalArgumentException("a package of " + sorted.size() + " files: it takes 1 to "
                    + PackageManifest.MAX_FILES + "; make several packages");
        }
        RelativePath last = PackageManifest.PATH;
        for (PackageEntry entry : sorted) {
            if (entry.path().equals(PackageManifest.PATH) || entry.path().equals(last)) {
                throw new IllegalArgumentException(entry.path() + ": this name is already in the package");
            }
            last = entry.path();
        }
    }

    private static void look(PackageEntry entry, List<SourceFilesUnusable.Unusable> unusable) {
        String reason = null;
        try {
            FileFacts now = FileFacts.of(entry.source());
            if (now.kind() != entry.kind()) {
                reason = "registered as " + entry.kind() + ", now " + now.kind();
            } else if (now.sizeBytes() != entry.sizeBytes()) {
                reason = "registered with " + entry.sizeBytes() + " bytes, now " + now.sizeBytes();
            } else if (entry.kind() == FileFacts.Kind.SYMLINK
                    && !LinkTarget.encodedOf(entry.source()).equals(entry.linkTargetEncoded())) {
                reason = "points elsewhere than registered";
            }
        } catch (NoSuchFileException gone) {
            reason = "vanished";
        } catch (IOException unreadable) {
            reason = "unreadable: " + StorageFull.reason(unreadable);
        }
        if (reason != null) {
            unusable.add(new SourceFilesUnusable.Unusable(entry.path(), reason));
        }
    }

    private static PackageDigest writeNew(
            List<PackageEntry> sorted, Map<String, String> facts, Path target, Progress progress) throws IOException {
        FileChannel file;
        try {
            file = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException failure) {
            throw StorageFull.explain(target, failure);
        }
        try (file) {
            PackageDigest digest = fill(sorted, facts, file, progress);
            file.force(true);
            return digest;
        } catch (IOException failure) {
            StorageFull.removeTemporary(target, failure);
            throw StorageFull.explain(target, failure);
        } catch (RuntimeException | Error stopped) {
            StorageFull.removeTemporary(target, stopped);
            throw stopped;
        }
    }

    private static PackageDigest fill(
            List<PackageEntry> sorted, Map<String, String> facts, FileChannel file, Progress progress)
            throws IOException {
        Digests digests = new Digests(true);
        OutputStream out = new FilterOutputStream(Channels.newOutputStream(file)) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                digests.update(bytes, offset, length);
                out.write(bytes, offset, length);
                progress.advance(length);
            }
        };
        ByteArrayOutputStream manifest = new ByteArrayOutputStream();
        ManifestJson.write(facts, sorted, manifest);
        out.write(TarFormat.manifestHeader(manifest.size(), newest(sorted)));
        out.write(manifest.toByteArray());
        out.write(new byte[TarFormat.padding(manifest.size())]);
        List<SourceFilesUnusable.Unusable> unusable = new ArrayList<>();
        for (PackageEntry entry : sorted) {
            out.write(TarFormat.header(entry));
            if (entry.kind() == FileFacts.Kind.FILE) {
                copy(entry, out, unusable);
                out.write(new byte[TarFormat.padding(entry.sizeBytes())]);
            }
        }
        if (!unusable.isEmpty()) {
            throw new SourceFilesUnusable(unusable);
        }
        out.write(new byte[TarFormat.trailer(digests.sizeBytes())]);
        return digests.finish();
    }

    private static void copy(PackageEntry entry, OutputStream out, List<SourceFilesUnusable.Unusable> unusable)
            throws IOException {
        Digests content = new Digests(false);
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, entry.sizeBytes() + 1)];
        String reason = null;
        InputStream in;
        try {
            in = Files.newInputStream(entry.source(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException unreadable) {
            unusable.add(
                    new SourceFilesUnusable.Unusable(entry.path(), "unreadable: " + StorageFull.reason(unreadable)));
            return;
        }
        try (in) {
            for (int n = in.read(buffer); n >= 0 && content.sizeBytes() <= entry.sizeBytes(); n = in.read(buffer)) {
                content.update(buffer, 0, n);
                out.write(buffer, 0, n);
            }
        }
        if (content.sizeBytes() != entry.sizeBytes()) {
            reason = "changed its size while it was being packed";
        } else if (!content.xxHash64().equals(entry.xxHash64())) {
            reason = "registered with " + entry.xxHash64() + ", now " + content.xxHash64();
        }
        if (reason != null) {
            unusable.add(new SourceFilesUnusable.Unusable(entry.path(), reason));
        }
    }

    static Instant newest(List<PackageEntry> entries) {
        return entries.stream()
                .map(PackageEntry::modified)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }
}
