package chasqui.packaging;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.storage.FileFacts;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells files that are gone from a disk that is gone. A mount that is away leaves an empty folder behind; then nobody
 * may conclude anything about the files.
 */
final class SourceReach {
    private final DataLocation source;
    private final Path root;

    private SourceReach(DataLocation source) {
        this.source = source;
        this.root = DiskRoot.require(source);
    }

    /**
     * @param usable files of the same package with which nothing is wrong
     * @throws ChasquiException (location, retryable) what held the unusable files may not be mounted
     */
    static void require(DataLocation source, List<PackedFile> unusable, List<PackedFile> usable) {
        SourceReach reach = new SourceReach(source);
        reach.requireContent();
        List<PackedFile> elsewhere = unusable.stream()
                .filter(file -> Files.notExists(file.entry().source(), LinkOption.NOFOLLOW_LINKS))
                .filter(reach::heldByAnotherDevice)
                .toList();
        if (elsewhere.isEmpty()) {
            return;
        }
        Set<String> present = new HashSet<>();
        for (PackedFile file : usable) {
            present.add(reach.deviceAt(file.entry().source()));
        }
        for (PackedFile file : elsewhere) {
            // Device numbers change with a restart: where other files of the package stand is mounted all the same.
            if (!present.contains(reach.deviceAt(reach.folderOf(file)))) {
                throw reach.away(
                        file.entry().source() + " is not there, nor is the file system that it was filed on", null);
            }
        }
    }

    /** Files were registered here: a root without anything was made anew, or lost its mount on the same device. */
    private void requireContent() {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(root)) {
            if (!names.iterator().hasNext()) {
                throw away(root + " is empty, although files are registered there", null);
            }
        } catch (IOException failure) {
            throw away(root + " cannot be read: " + failure.getMessage(), failure);
        }
    }

    private boolean heldByAnotherDevice(PackedFile file) {
        Path folder = folderOf(file);
        boolean rootIsProven = folder.equals(root) && DiskRoot.isMounted(source);
        return !rootIsProven && !deviceAt(folder).equals(file.device());
    }

    /** The nearest folder that is there. */
    private Path folderOf(PackedFile file) {
        Path folder = file.entry().source().getParent();
        while (!folder.equals(root) && !Files.isDirectory(folder)) {
            folder = folder.getParent();
        }
        return folder;
    }

    private String deviceAt(Path path) {
        try {
            return PackedFile.deviceOf(FileFacts.of(path).fileKey());
        } catch (IOException failure) {
            throw away(path + " cannot be looked at: " + failure.getMessage(), failure);
        }
    }

    private ChasquiException away(String what, IOException cause) {
        return new ChasquiException(
                FailureKind.LOCATION,
                true,
                source + ": " + what + "; mount what belongs below " + root + ", packing then goes on",
                cause);
    }
}
