package chasqui.packaging;

import chasqui.storage.PackageEntry;
import java.util.List;
import java.util.Map;

/**
 * One package to make.
 *
 * @param bufferWasUsed copies are registered at the buffer: something must be there
 * @param facts what the manifest says about the package
 */
record PackagingTask(
        long packageId,
        String name,
        long sourceId,
        long bufferId,
        boolean bufferWasUsed,
        Map<String, String> facts,
        List<PackedFile> files) {

    long contentBytes() {
        return files.stream().mapToLong(file -> file.entry().sizeBytes()).sum();
    }

    List<PackageEntry> entries() {
        return files.stream().map(PackedFile::entry).toList();
    }

    PackagingTask with(List<PackedFile> others) {
        return new PackagingTask(packageId, name, sourceId, bufferId, bufferWasUsed, facts, others);
    }

    PackagingTask withBuffer(long other, boolean wasUsed) {
        return new PackagingTask(packageId, name, sourceId, other, wasUsed, facts, files);
    }
}
