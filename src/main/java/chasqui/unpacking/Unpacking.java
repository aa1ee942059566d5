package chasqui.unpacking;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.StallLimit;
import chasqui.storage.DurableFiles;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageManifest;
import chasqui.storage.PackageReader;
import chasqui.storage.Placement;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.ReadableSource;
import chasqui.storage.StorageException;
import chasqui.storage.Temporaries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One attempt at one arrival: the bytes. Every step may have been done by an attempt that died, so that the arrived
 * file may be gone already because all that was in it is in place.
 */
final class Unpacking {
    private final Arrival arrival;
    private final Lease lease;
    private final StallLimit stall;
    private final Temporaries temporaries;
    private final Path root;

    Unpacking(Arrival arrival, Lease lease, StallLimit stall, Temporaries temporaries) {
        this.arrival = arrival;
        this.lease = lease;
        this.stall = stall;
        this.temporaries = temporaries;
        this.root = arrival.destination().root();
    }

    /**
     * What is now in place.
     *
     * @param packages by id of the raw data package; none at a relay
     * @param transferPackage null unless it was to be kept
     */
    record Result(Map<Long, Proven> packages, Proven transferPackage) {}

    /** The bytes that arrived are not those that were sent, or they are gone: only sending again helps. */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String message, Throwable cause) {
            super(message, cause);
        }
    }

    Result run() throws IOException, Damaged {
        if (arrival.relayed()) {
            return new Result(Map.of(), relayed());
        }
        if (Files.notExists(arrival.incoming())) {
            return inPlaceAlready();
        }
        makeDurable(arrival.incoming());
        return arrival.isOnePackage() ? onePackage() : severalPackages();
    }

    /** Whole and undamaged, that is all a relay asks for. */
    private Proven relayed() throws IOException, Damaged {
        boolean named = Files.notExists(arrival.incoming());
        Path there = named ? requireThere(arrival.finalName()) : arrival.incoming();
        makeDurable(there);
        lease.phase("reading back", arrival.digest().sizeBytes(), stall.silence());
        ReadBackResult read = ReadBack.read(there, false, lease::advance);
        if (!read.holds(arrival.digest())) {
            throw new Damaged(arrival + ": " + arrival.digest() + " was sent, " + read + " lies at " + there, null);
        }
        if (named) {
            return Proven.at(there, arrival.digest(), read.mode());
        }
        return place(there, arrival.finalName(), arrival.digest(), read.mode());
    }

    /** Whoever sent it may have left it in this machine's memory. */
    private void makeDurable(Path there) throws IOException, Damaged {
        long bytes = arrival.digest().sizeBytes();
        lease.phase("making durable", bytes, stall.whenWriting(bytes));
        try {
            DurableFiles.makeDurable(root, there);
        } catch (StorageException noFile) {
            throw new Damaged(noFile.getMessage(), noFile);
        }
    }

    private Result onePackage() throws IOException, Damaged {
        Arrival.ArrivedPackage only = arrival.packages().get(0);
        lease.phase("verifying", arrival.digest().sizeBytes(), stall.silence());
        ReadBackResult.Mode mode;
        try {
            mode = verify(arrival.incoming(), only.digest());
        } catch (IntegrityViolation broken) {
            throw new Damaged(broken.getMessage(), broken);
        }
        Path target = arrival.finalName(only);
        Proven proven = place(arrival.incoming(), target, only.digest(), mode);
        Proven kept = null;
        if (arrival.keep()) {
            kept = link(target, only.digest(), mode);
        }
        return new Result(Map.of(only.id(), proven), kept);
    }

    /** The transfer package of one raw data package is a second name of the same file. */
    private Proven link(Path existing, PackageDigest digest, ReadBackResult.Mode mode) throws IOException {
        Path temporary = temporaries.name("transfer-package");
        Files.createLink(temporary, existing);
        return place(temporary, arrival.finalName(), digest, mode);
    }

    private Result severalPackages() throws IOException, Damaged {
        lease.phase("reading back", arrival.digest().sizeBytes(), stall.silence());
        ReadBackResult read = ReadBack.read(arrival.incoming(), false, lease::advance);
        if (!read.holds(arrival.digest())) {
            throw new Damaged(arrival + ": " + arrival.digest() + " was sent, " + read + " arrived", null);
        }
        lease.phase(
                "unpacking",
                arrival.digest().sizeBytes(),
                stall.whenWriting(arrival.digest().sizeBytes()));
        Path folder = temporaries.name("packages");
        PackageReader.Unpacked unpacked =
                PackageReader.unpack(ReadableSource.of(arrival.incoming()), arrival.digest(), folder, lease::advance);
        requireThePackages(unpacked.manifest());
        lease.phase("verifying", arrival.packageBytes(), stall.silence());
        Map<Long, ReadBackResult.Mode> modes = new LinkedHashMap<>();
        for (Arrival.ArrivedPackage one : arrival.packages()) {
            Path file = folder.resolve(one.fileName());
            try {
                modes.put(one.id(), verify(file, one.digest()));
            } catch (IntegrityViolation wrong) {
                // What arrived was right: this disk did not keep what came out of it.
                throw ReadBack.condemned(root, file, wrong);
            }
        }
        Map<Long, Proven> proven = new LinkedHashMap<>();
        for (Arrival.ArrivedPackage one : arrival.packages()) {
            Path file = folder.resolve(one.fileName());
            proven.put(one.id(), place(file, arrival.finalName(one), one.digest(), modes.get(one.id())));
        }
        Proven kept = null;
        if (arrival.keep()) {
            kept = place(arrival.incoming(), arrival.finalName(), arrival.digest(), read.mode());
        } else {
            lease.requireHeld();
            Files.delete(arrival.incoming());
        }
        return new Result(proven, kept);
    }

    private void requireThePackages(PackageManifest manifest) {
        List<String> found = manifest.entries().stream()
                .map(entry -> entry.path().readable())
                .sorted()
                .toList();
        List<String> wanted = arrival.packages().stream()
                .map(Arrival.ArrivedPackage::fileName)
                .sorted()
                .toList();
        if (!found.equals(wanted)) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    arrival + ": it holds " + found + ", but " + wanted + " were to be in it; it was built wrongly,"
                            + " sending it again does not help");
        }
    }

    private Result inPlaceAlready() throws IOException, Damaged {
        lease.phase("verifying", arrival.packageBytes(), stall.silence());
        Map<Long, Proven> proven = new LinkedHashMap<>();
        try {
            for (Arrival.ArrivedPackage one : arrival.packages()) {
                Path there = requireThere(arrival.finalName(one));
                DurableFiles.makeDurable(root, there);
                ReadBackResult.Mode mode = verify(there, one.digest());
                proven.put(one.id(), Proven.at(there, one.digest(), mode));
            }
        } catch (IntegrityViolation broken) {
            throw new Damaged(broken.getMessage(), broken);
        }
        Proven kept = null;
        if (arrival.keep() && arrival.isOnePackage()) {
            Arrival.ArrivedPackage only = arrival.packages().get(0);
            kept = link(
                    arrival.finalName(only),
                    only.digest(),
                    ReadBackResult.Mode.valueOf(proven.get(only.id()).mode().name()));
        } else if (arrival.keep()) {
            Path there = requireThere(arrival.finalName());
            DurableFiles.makeDurable(root, there);
            ReadBackResult read = ReadBack.read(there, false, lease::advance);
            if (!read.holds(arrival.digest())) {
                throw new Damaged(there + ": " + arrival.digest() + " was put there, now it holds " + read, null);
            }
            kept = Proven.at(there, arrival.digest(), read.mode());
        }
        return new Result(proven, kept);
    }

    private Path requireThere(Path file) throws Damaged {
        if (Files.notExists(file)) {
            throw new Damaged(
                    arrival + ": the bytes that were sent are gone (" + arrival.incoming() + "), and " + file
                            + " is not there either",
                    null);
        }
        return file;
    }

    private ReadBackResult.Mode verify(Path file, PackageDigest digest) throws IOException {
        return PackageReader.verifyReadBack(file, digest, lease::advance).mode();
    }

    private Proven place(Path temporary, Path finalName, PackageDigest digest, ReadBackResult.Mode mode)
            throws IOException {
        lease.requireHeld();
        Placement placed = Placement.place(root, temporary, finalName, digest, bytes -> lease.advance(0));
        return Proven.at(finalName, digest, placed.readMode() == null ? mode : placed.readMode(), placed.aside());
    }
}
