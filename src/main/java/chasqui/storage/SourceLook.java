package chasqui.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Finds out which files of a package-to-be cannot be used, and why; several threads report to it. */
final class SourceLook {
    private final Map<RelativePath, String> unusable = new ConcurrentHashMap<>();

    /** What the file system says now against what was registered, without reading the file. */
    void at(PackageEntry entry) {
        try {
            BasicFileAttributes now =
                    Files.readAttributes(entry.source(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            FileFacts.Kind kind = now.isRegularFile()
                    ? FileFacts.Kind.FILE
                    : now.isSymbolicLink() ? FileFacts.Kind.SYMLINK : FileFacts.Kind.OTHER;
            if (kind != entry.kind()) {
                report(entry, "registered as " + entry.kind() + ", now " + kind);
            } else if (now.size() != entry.sizeBytes()) {
                report(entry, "registered with " + entry.sizeBytes() + " bytes, now " + now.size());
            } else if (entry.kind() == FileFacts.Kind.SYMLINK
                    && !LinkTarget.encodedOf(entry.source()).equals(entry.linkTargetEncoded())) {
                report(entry, "points elsewhere than registered");
            }
        } catch (IOException failure) {
            report(entry, failure);
        }
    }

    void report(PackageEntry entry, IOException failure) {
        report(entry, failure instanceof NoSuchFileException ? "vanished" : "unreadable: " + Failures.reason(failure));
    }

    /** The first reason that is reported for a file stays. */
    void report(PackageEntry entry, String reason) {
        unusable.putIfAbsent(entry.path(), reason);
    }

    boolean foundAny() {
        return !unusable.isEmpty();
    }

    boolean found(PackageEntry entry) {
        return unusable.containsKey(entry.path());
    }

    void refuse() throws SourceFilesUnusable {
        if (foundAny()) {
            List<SourceFilesUnusable.Unusable> files = unusable.entrySet().stream()
                    .map(file -> new SourceFilesUnusable.Unusable(file.getKey(), file.getValue()))
                    .toList();
            throw new SourceFilesUnusable(files);
        }
    }
}
