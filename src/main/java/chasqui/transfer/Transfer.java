package chasqui.transfer;

import chasqui.storage.PackageDigest;
import chasqui.storage.RelativePath;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import java.nio.file.Path;

/**
 * One journey of one transfer package between two buffers.
 *
 * @param packageName without {@code .tar}
 * @param digest what the bytes must be; no SHA-256
 * @param originPath below the origin's root
 * @param incomingName what the bytes are called at the destination until they are verified; ours alone
 * @param method which route {@code direct:transfer-…} moves the bytes
 */
public record Transfer(
        long id,
        String packageName,
        PackageDigest digest,
        DataLocation origin,
        RelativePath originPath,
        DataLocation destination,
        String incomingName,
        String method) {
    /** The file to send; its origin is a DISK location. */
    public Path source() {
        return originPath.under(origin.root());
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
