package chasqui.assembly;

import chasqui.pipeline.Lease;
import chasqui.pipeline.StallLimit;
import chasqui.storage.Checksum;
import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageWriter;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.SourceFilesUnusable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Makes the file of a transfer package under a temporary name, and proves what it holds. */
final class TransferFile {
    private final Lease lease;
    private final Path root;
    private final StallLimit stall;
    private final boolean readsAll;

    TransferFile(Lease lease, Path root, StallLimit stall) {
        this(lease, root, stall, false);
    }

    private TransferFile(Lease lease, Path root, StallLimit stall, boolean readsAll) {
        this.lease = lease;
        this.root = root;
        this.stall = stall;
        this.readsAll = readsAll;
    }

    /** One that reads a package also where its file looks as it did when it was packed. */
    static TransferFile trustingNothing(Lease lease, Path root, StallLimit stall) {
        return new TransferFile(lease, root, stall, true);
    }

    /** @param readMode how it was read back; null: it needed no reading */
    record Proven(PackageDigest digest, ReadBackResult.Mode readMode) {}

    /** @throws Unfit packages are gone or not what was registered; nothing stays behind */
    Proven make(AssemblyTask task, Path temporary) throws IOException, Unfit {
        List<Unfit.One> without = task.travellers().stream()
                .filter(one -> one.copyId() == null)
                .map(one -> new Unfit.One(one, "it has no readable copy at this buffer any more", true))
                .toList();
        if (!without.isEmpty()) {
            throw new Unfit(without);
        }
        return task.travellers().size() == 1 ? link(task.travellers().get(0), temporary) : pack(task, temporary);
    }

    /** One package is its own transfer package: a second name, no second writing. */
    private Proven link(Traveller only, Path temporary) throws IOException, Unfit {
        Path file = only.file(root);
        ReadBackResult.Mode readMode = null;
        FileFacts now;
        try {
            now = FileFacts.of(file);
        } catch (NoSuchFileException gone) {
            throw new Unfit(List.of(new Unfit.One(only, "vanished", true)));
        }
        if (readsAll || !now.equals(only.facts())) {
            lease.phase("reading", only.digest().sizeBytes(), stall.silence());
            ReadBackResult there = ReadBack.read(file, false, lease::advance);
            if (!there.holds(only.digest())) {
                throw unfit(only, there.xxHash64());
            }
            readMode = there.mode();
        }
        lease.requireHeld();
        try {
            Files.createLink(temporary, file);
            return new Proven(only.digest(), readMode);
        } catch (NoSuchFileException | FileAlreadyExistsException failure) {
            throw failure;
        } catch (UnsupportedOperationException | FileSystemException noLink) {
            // For instance a file that another user owns: the bytes must be written once more.
            return copy(only, file, temporary);
        }
    }

    private Proven copy(Traveller only, Path file, Path temporary) throws IOException, Unfit {
        long bytes = only.digest().sizeBytes();
        lease.phase("copying", bytes, stall.whenWriting(bytes));
        PackageDigest copied = DurableFiles.copy(file, temporary, lease::advance);
        if (copied.sizeBytes() != bytes
                || !copied.xxHash64().equals(only.digest().xxHash64())) {
            throw unfit(only, copied.xxHash64());
        }
        return readBack(temporary, only.digest());
    }

    private Proven pack(AssemblyTask task, Path temporary) throws IOException, Unfit {
        long bytes = task.contentBytes();
        lease.phase("assembling", bytes, stall.whenWriting(bytes));
        PackageDigest written;
        try {
            written = PackageWriter.write(
                    task.travellers().stream().map(one -> one.entry(root)).toList(),
                    task.facts(),
                    temporary,
                    lease::advance);
        } catch (SourceFilesUnusable unusable) {
            throw new Unfit(unusable.files().stream()
                    .map(file -> new Unfit.One(
                            task.travellers().stream()
                                    .filter(one -> one.nameInside().equals(file.path()))
                                    .findFirst()
                                    .orElseThrow(),
                            file.reason(),
                            file.reason().equals("vanished")))
                    .toList());
        }
        return readBack(temporary, written);
    }

    private static Unfit unfit(Traveller one, Checksum now) {
        String reason = "registered with " + one.digest().xxHash64() + ", now " + now;
        return new Unfit(List.of(new Unfit.One(one, reason, false)));
    }

    private Proven readBack(Path temporary, PackageDigest expected) throws IOException {
        lease.phase("reading back", expected.sizeBytes(), stall.silence());
        ReadBackResult there = ReadBack.prove(root, temporary, expected, false, lease::advance);
        return new Proven(expected, there.mode());
    }
}
