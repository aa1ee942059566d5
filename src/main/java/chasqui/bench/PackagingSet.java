package chasqui.bench;

import chasqui.storage.FileFacts;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageEntry;
import chasqui.storage.Progress;
import chasqui.storage.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Files to pack, with what was registered about them when they were filed.
 *
 * @param folder holds them and nothing else
 */
record PackagingSet(String name, Path folder, List<PackageEntry> entries) {
    private static final int FILES_PER_FOLDER = 200;

    /** Makes files of random bytes below a new folder and fingerprints them, which also reads all of them once. */
    static PackagingSet make(String name, Path folder, int files, long bytesEach) throws IOException {
        SplittableRandom random = new SplittableRandom(files * 31L + bytesEach);
        List<PackageEntry> entries = new ArrayList<>(files);
        for (int i = 0; i < files; i++) {
            Path file = folder.resolve(String.format("part%03d", i / FILES_PER_FOLDER))
                    .resolve(String.format("file%05d.dat", i));
            Files.createDirectories(file.getParent());
            RandomFile.make(file, bytesEach, random);
            Fingerprint print = Fingerprint.take(file, Progress.NONE);
            entries.add(PackageEntry.ofFile(
                    RelativePath.of(folder, file), FileFacts.of(file).modified(), print, file));
        }
        return new PackagingSet(name, folder, entries);
    }

    long bytes() {
        return entries.stream().mapToLong(PackageEntry::sizeBytes).sum();
    }
}
