package chasqui.transfer;

import chasqui.storage.PackageDigest;
import chasqui.storage.RelativePath;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.StorageType;
import java.nio.file.Path;

/**
 * One journey: of a transfer package between two buffers, or of a package by itself into an archive.
 *
 * @param packageName without {@code .tar}
 * @param digest what the bytes must be; with SHA-256 when they go into an archive
 * @param originPath below the origin's root or prefix
 * @param incomingName what the bytes are called at the destination until they are verified, ours alone; where nothing
 *     can be renamed, as in a bucket, the name below its prefix that they keep
 * @param method which route {@code direct:transfer-…} moves the bytes
 * @param way what the transfer route says
 */
public record Transfer(
        long id,
        String packageName,
        PackageDigest digest,
        DataLocation origin,
        RelativePath originPath,
        DataLocation destination,
        String incomingName,
        String method,
        Way way) {
    /** The file to send; its origin is a DISK location. */
    public Path source() {
        return originPath.under(origin.root());
    }

    /** Whether this worker can open the origin's files: it is there, or on the same machine. */
    public boolean originIsHere() {
        return !way.pull() || destination.sees(origin);
    }

    /** Whether this worker can open the destination's files. */
    public boolean destinationIsHere() {
        return way.pull() || origin.sees(destination);
    }

    /** What the bytes are called at the destination, below its root or prefix. */
    public RelativePath target() {
        return destination.storage() == StorageType.DISK
                ? RelativePath.of(destination.root(), incoming())
                : new RelativePath(incomingName);
    }

    /** Where the bytes must lie in the end; its destination is a DISK location. */
    public Path incoming() {
        return DiskRoot.incoming(destination, incomingName);
    }

    @Override
    public String toString() {
        return "data transfer " + id + " (" + packageName + ", " + origin + " to " + destination + ")";
    }
}
