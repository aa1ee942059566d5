package chasqui.topology;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * A place at a site where data lies.
 *
 * @param site short name of its site
 * @param priority lowest first
 * @param draining it takes nothing new, while what is there leaves
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
        boolean draining,
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

    /** Whether something new may be put here. */
    public boolean takes() {
        return active && !draining;
    }

    /** What and where it is, without how it is to be used just now, in a form that can be compared. */
    public Object whereabouts() {
        return Arrays.asList(id, site, name, type, storage, root, host, user, bucket, tape);
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
