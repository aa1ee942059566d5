package chasqui.recovery;

import chasqui.pipeline.NodeIdentity;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The register of nodes: who runs, since when, with which roles. */
public final class Nodes {
    private final Jdbi database;
    private final NodeIdentity node;

    public Nodes(Jdbi database, NodeIdentity node) {
        this.database = database;
        this.node = node;
    }

    /** Enters this node; an earlier incarnation of the same name is replaced. */
    public void enter(String version, List<String> roles, List<String> locations, String host, long processId) {
        database.useHandle(db -> db.createUpdate("""
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
                .execute());
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
