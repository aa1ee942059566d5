package chasqui.unpacking;

import chasqui.storage.PackageDigest;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import java.nio.file.Path;
import java.util.List;

/**
 * A transfer package that arrived, and what must come out of it.
 *
 * @param transferPackageId its row; null: one raw data package by itself
 * @param name of what arrived, without {@code .tar}
 * @param digest what the arrived bytes must be; no SHA-256
 * @param destination a DISK buffer
 * @param incomingName what they are called until they are verified
 * @param sendCount how often they were sent here so far, 1 or more
 * @param relayed they are on their way to another site: to be proven and kept, not unpacked
 * @param keep other sites wait to be sent this transfer package from here
 * @param packages what is in it, sorted by name; one alone is the transfer package itself
 */
record Arrival(
        long transferId,
        Long transferPackageId,
        String name,
        PackageDigest digest,
        DataLocation destination,
        String incomingName,
        int sendCount,
        boolean relayed,
        boolean keep,
        List<ArrivedPackage> packages) {
    /**
     * One raw data package.
     *
     * @param name without {@code .tar}
     * @param digest no SHA-256: that one guards the archive
     */
    record ArrivedPackage(long id, String name, PackageDigest digest) {
        String fileName() {
            return name + ".tar";
        }

        /** Below the location's root. */
        String path() {
            return "rdp/" + fileName();
        }
    }

    boolean isOnePackage() {
        return packages.size() == 1;
    }

    Path incoming() {
        return DiskRoot.incoming(destination, incomingName);
    }

    Path finalName(ArrivedPackage one) {
        return destination.root().resolve(one.path());
    }

    /** Of the transfer package, below the location's root. */
    String path() {
        return "dtp/" + name + ".tar";
    }

    Path finalName() {
        return destination.root().resolve(path());
    }

    long packageBytes() {
        return packages.stream().mapToLong(one -> one.digest().sizeBytes()).sum();
    }

    @Override
    public String toString() {
        return "data transfer " + transferId + " (" + name + " at " + destination + ")";
    }
}
