package chasqui.topology;

import java.nio.file.Path;
import java.util.Map;

/**
 * A data location as a topology file describes it.
 *
 * @param type null when it could not be read
 * @param storage likewise
 * @param disk of a DISK location, else null; the next two likewise
 */
record LocationEntry(
        String site,
        String name,
        LocationType type,
        StorageType storage,
        int priority,
        boolean active,
        Long capacityBytes,
        Disk disk,
        Bucket bucket,
        Tape tape)
        implements TopologyEntry<LocationEntry> {

    /**
     * @param host null: the machine of the worker that serves it
     * @param user null: the worker's own
     */
    record Disk(String host, String user, Path root, boolean acceptCachedVerification) {}

    /** Human form without the kind, {@code site/name}. */
    String path() {
        return site + "/" + name;
    }

    @Override
    public String label() {
        return "location " + path();
    }

    @Override
    public LocationEntry deactivated() {
        return new LocationEntry(site, name, type, storage, priority, false, capacityBytes, disk, bucket, tape);
    }

    /** What says where the bytes lie: it stays as it is while anything lies there. */
    Map<String, String> whereabouts() {
        return TopologyEntry.facts(
                "type", type,
                "storage", storage,
                "root", disk == null ? null : disk.root(),
                "bucket", bucket == null ? null : bucket.bucket(),
                "prefix", bucket == null || bucket.prefix().isEmpty() ? null : bucket.prefix());
    }

    /** What leads there: it may change under copies, for a machine or store that has another name now. */
    Map<String, String> door() {
        return TopologyEntry.facts(
                "host", disk == null ? null : disk.host(),
                "endpoint", bucket == null ? null : bucket.endpoint(),
                "credential", bucket == null ? null : bucket.credential());
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = whereabouts();
        facts.putAll(TopologyEntry.facts("priority", priority, "active", active, "capacity", capacityBytes));
        if (disk != null) {
            facts.putAll(TopologyEntry.facts(
                    "host", disk.host(),
                    "user", disk.user(),
                    "accept_cached_verification", disk.acceptCachedVerification()));
        }
        if (bucket != null) {
            facts.putAll(TopologyEntry.facts(
                    "endpoint", bucket.endpoint(),
                    "region", bucket.region(),
                    "credential", bucket.credential()));
        }
        if (tape != null) {
            facts.putAll(TopologyEntry.facts(
                    "archive_command", tape.commands().archive(),
                    "recall_command", tape.commands().recall(),
                    "query_command", tape.commands().query(),
                    "checksum_command", tape.commands().checksum(),
                    "recall_root", tape.recallRoot()));
        }
        return facts;
    }
}
