package chasqui.transfer;

import chasqui.pipeline.FailureKind;
import chasqui.pipeline.TestLease;
import chasqui.recovery.FailureClassifier;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageDigest;
import chasqui.storage.Progress;
import chasqui.storage.RelativePath;
import chasqui.testing.SmallDisk;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyMethodDiskFullTest {
    @Test
    void a_full_destination_is_a_failure_of_the_location_and_nothing_half_sent_stays(@TempDir Path folder)
            throws Exception {
        SmallDisk.run(CopyMethodDiskFullTest.class, folder);
    }

    /** In the child: the destination is small now. */
    public static void main(String[] arguments) throws Exception {
        Path small = Path.of(arguments[0]);
        Path elsewhere = Files.createTempDirectory("disk-full");
        Path big = Files.write(elsewhere.resolve("big.tar"), new byte[9 << 20]);
        Fingerprint print = Fingerprint.take(big, Progress.NONE);
        Transfer transfer = new Transfer(
                1,
                "dtp-here-1",
                new PackageDigest(print.sizeBytes(), print.xxHash64(), null),
                buffer("here", elsewhere),
                new RelativePath("big.tar"),
                buffer("there", small),
                "dtp-here-1-1-1",
                "cp",
                Way.DEFAULT);
        try {
            new CopyMethod().move(TestLease.of(TransferWorker.TYPE), transfer);
            throw new AssertionError("sent more than there is room for");
        } catch (java.io.IOException full) {
            if (FailureClassifier.classify(full).kind() != FailureKind.LOCATION
                    || !full.getMessage().contains("no space left")) {
                throw new AssertionError("not the location's", full);
            }
        } finally {
            Files.delete(big);
            Files.delete(elsewhere);
        }
        try (Stream<Path> all = Files.walk(small)) {
            List<Path> left = all.filter(Files::isRegularFile).toList();
            if (!left.isEmpty()) {
                throw new AssertionError("left behind: " + left);
            }
        }
        SmallDisk.done();
    }

    private static DataLocation buffer(String site, Path root) {
        return new DataLocation(
                1,
                1,
                site,
                "buffer",
                LocationType.BUFFER,
                StorageType.DISK,
                1,
                true,
                false,
                root,
                null,
                null,
                null,
                null,
                false);
    }
}
