package chasqui.topology;

import java.nio.file.Path;

/**
 * A place at a site where data lies.
 *
 * @param site short name of its site
 * @param priority lowest first
 * @param root folder of a DISK location, absolute; null for others
 * @param bucket of an S3 location; null for others
 * @param acceptCachedVerification its file system cannot be read past the page cache, and a verification through it
 *     counts as evidence
 */
public record DataLocation(
        long id,
        long siteId,
        String site,
        String name,
        LocationType type,
        StorageType storage,
        int priority,
        boolean active,
        Path root,
        Bucket bucket,
        boolean acceptCachedVerification) {
    /** Human form, {@code site/name}. */
    public String label() {
        return site + "/" + name;
    }

    /** Name of the queue of one kind of work here. */
    public String queue(String operationType) {
        return site + "_" + name + "_" + operationType;
    }

    @Override
    public String toString() {
        return label();
    }
}
