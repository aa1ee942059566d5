package chasqui.recovery;

import chasqui.pipeline.NodeIdentity;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The register of nodes: who runs, since when, with which roles. */
public final class Nodes {
    /** Three beats: a process on another machine that was heard of since then is taken to be alive. */
    private static final long LONGEST_SILENCE_SECONDS = 30;

    private final Jdbi database;
    private final NodeIdentity node;

    public Nodes(Jdbi database, NodeIdentity node) {
        this.database = database;
        this.node = node;
    }

    /**
     * Enters this node; an earlier incarnation of the same name is replaced.
     *
     * @throws NodeNameTaken that incarnation lives: each would take the other's work for its own past
     */
    public void enter(String version, List<String> roles, List<String> locations, String host, long processId) {
        database.useTransaction(db -> {
            requireGone(db, host, processId);
            replace(db, version, roles, locations, host, processId);
        });
    }

    private void requireGone(Handle db, String host, long processId) {
        db.createQuery("""
                        SELECT host, process_id, floor(extract(epoch FROM clock_timestamp() - heartbeat_at))::bigint AS silent
                          FROM node WHERE name = :name AND stopped_at IS NULL FOR UPDATE
                        """)
                .bind("name", node.name())
                .map((row, context) ->
                        new Other(row.getString("host"), row.getLong("process_id"), row.getLong("silent")))
                .findOne()
                .filter(other -> other.lives(host, processId))
                .ifPresent(other -> {
                    throw new NodeNameTaken(node.name(), other.host(), other.processId(), other.silentSeconds());
                });
    }

    /** Who has our name in the register. */
    private record Other(String host, long processId, long silentSeconds) {
        boolean lives(String here, long me) {
            if (silentSeconds > LONGEST_SILENCE_SECONDS) {
                return false;
            }
            return !host.equals(here) || processId != me && RunningProcess.lived(processId, silentSeconds);
        }
    }

    private void replace(
            Handle db, String version, List<String> roles, List<String> locations, String host, long processId) {
        db.createUpdate("""
                        INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)
                        VALUES (:name, :boot, :version, :host, :process, :roles, :locations)
                        ON CONFLICT (name) DO UPDATE
                           SET boot_id = excluded.boot_id, version = excluded.version, host = excluded.host,
                               process_id = excluded.process_id, roles = excluded.roles, locations = excluded.locations,
                               started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), stopped_at = NULL
                        """)
                .bind("name", node.name())
                .bind("boot", node.bootId())
                .bind("version", version)
                .bind("host", host)
                .bind("process", processId)
                .bindArray("roles", String.class, roles)
                .bindArray("locations", String.class, locations)
                .execute();
    }

    public void beat() {
        database.useHandle(db -> db.execute(
                "UPDATE node SET heartbeat_at = clock_timestamp() WHERE name = ? AND boot_id = ?",
                node.name(),
                node.bootId()));
    }

    public void leave() {
        database.useHandle(db -> db.execute(
                "UPDATE node SET stopped_at = clock_timestamp() WHERE name = ? AND boot_id = ?",
                node.name(),
                node.bootId()));
    }
}
