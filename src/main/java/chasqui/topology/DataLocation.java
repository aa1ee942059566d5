package chasqui.topology;

import java.nio.file.Path;

/**
 * A place at a site where data lies.
 *
 * @param site short name of its site
 * @param priority lowest first
 * @param root folder of a DISK location, absolute; null for others
 * @param host machine that has a DISK location; null: the one whose worker serves it
 * @param user on that host; null: the worker's own
 * @param bucket of an S3 location; null for others
 * @param tape of a TAPE location; null for others
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
        String host,
        String user,
        Bucket bucket,
        Tape tape,
        boolean acceptCachedVerification) {
    /** Human form, {@code site/name}. */
    public String label() {
        return site + "/" + name;
    }

    /**
     * Whether a worker that serves this location can open that one's files by their paths: that one is on the same host,
     * or names none. Says nothing about storage that has no host.
     */
    public boolean sees(DataLocation that) {
        return that.host == null || that.host.equals(host);
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
