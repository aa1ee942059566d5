package chasqui.recovery;

import chasqui.pipeline.NodeIdentity;
import chasqui.recovery.NodeNameTaken.Other;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node in the register of nodes: who runs, since when, with which roles. */
public final class Nodes {
    private static final Logger log = LoggerFactory.getLogger(Nodes.class);

    /** Leases and pauses run on the database's clock and bear any difference; logs and people do not. */
    private static final Duration CLOCKS_AGREE = Duration.ofSeconds(5);

    private final Jdbi database;
    private final NodeIdentity node;
    private final NodeProcess process;
    private final Clock clock;
    private boolean clocksDiffer;
    /** Null: none. */
    private volatile String trouble;

    /** @param clock the machine's, as it is written into logs */
    public Nodes(Jdbi database, NodeIdentity node, NodeProcess process, Clock clock) {
        this.database = database;
        this.node = node;
        this.process = process;
        this.clock = clock;
    }

    /**
     * Enters this node; an earlier incarnation of the same name is replaced.
     *
     * @throws NodeNameTaken that incarnation lives: each would take the other's work for its own past
     */
    public void enter() {
        database.useTransaction(db -> {
            other(db).filter(other -> other.lives(process, clock)).ifPresent(other -> {
                throw new NodeNameTaken(node.name(), other);
            });
            replace(db);
        });
    }

    private Optional<Other> other(Handle db) {
        return db.createQuery("""
                        SELECT host, machine, process_id, started_at,
                               floor(extract(epoch FROM clock_timestamp() - heartbeat_at))::bigint AS silent
                          FROM node WHERE name = :name AND boot_id <> :boot AND stopped_at IS NULL FOR UPDATE
                        """)
                .bind("name", node.name())
                .bind("boot", node.bootId())
                .map((row, context) -> new Other(
                        row.getString("host"),
                        row.getString("machine"),
                        row.getLong("process_id"),
                        row.getTimestamp("started_at").toInstant(),
                        row.getLong("silent")))
                .findOne();
    }

    private void replace(Handle db) {
        db.createUpdate("""
                        INSERT INTO node (name, boot_id, version, host, machine, process_id, roles, locations)
                        VALUES (:name, :boot, :version, :host, :machine, :process, :roles, :locations)
                        ON CONFLICT (name) DO UPDATE
                           SET boot_id = excluded.boot_id, version = excluded.version, host = excluded.host,
                               machine = excluded.machine, process_id = excluded.process_id, roles = excluded.roles,
                               locations = excluded.locations, started_at = clock_timestamp(),
                               heartbeat_at = clock_timestamp(), stopped_at = NULL, load_average = NULL,
                               processors = NULL, held = 0, clock_offset_millis = NULL
                        """)
                .bind("name", node.name())
                .bind("boot", node.bootId())
                .bind("version", process.version())
                .bind("host", process.host())
                .bind("machine", process.machine())
                .bind("process", process.processId())
                .bindArray("roles", String.class, process.roles())
                .bindArray("locations", String.class, process.locations())
                .execute();
    }

    /**
     * Says that this node lives, on the database's clock, and how it is.
     *
     * @param held operations that it works on
     * @return whether it entered again: it had been forgotten, with what was known of it
     */
    public boolean beat(int held) {
        Optional<Duration> offset = ClockOffset.measure(database, clock);
        offset.ifPresent(this::compareClocks);
        boolean ours = database.withHandle(db -> db.createUpdate("""
                                UPDATE node
                                   SET heartbeat_at = clock_timestamp(), load_average = :load, processors = :processors, held = :held,
                                       clock_offset_millis = coalesce(:offset, clock_offset_millis)
                                 WHERE name = :name AND boot_id = :boot
                                """)
                        .bind("load", Machine.loadAverage())
                        .bind("processors", Machine.processors())
                        .bind("held", held)
                        .bind("offset", offset.map(Duration::toMillis).orElse(null))
                        .bind("name", node.name())
                        .bind("boot", node.bootId())
                        .execute()
                == 1);
        if (ours) {
            trouble = null;
        }
        return !ours && missing();
    }

    private void compareClocks(Duration offset) {
        boolean differ = offset.abs().compareTo(CLOCKS_AGREE) > 0;
        if (differ && !clocksDiffer) {
            log.warn(
                    "this machine's clock is {} s {} the database's: nothing is lost by it, but times in logs do not fit together; set the clock (NTP)",
                    offset.abs().toSeconds(),
                    offset.isNegative() ? "behind" : "ahead of");
        }
        clocksDiffer = differ;
    }

    /** Our row is another's, or gone: then we enter again. */
    private boolean missing() {
        Optional<Other> other = database.inTransaction(db -> {
            Optional<Other> found = other(db);
            if (found.isEmpty()) {
                replace(db);
            }
            return found;
        });
        if (other.isEmpty()) {
            trouble = null;
            log.warn("node {} was not in the register any more; it has entered again", node.name());
            return true;
        }
        String says =
                "process %d on %s has taken the name %s since %s, while this one was not heard of; stop one of the two, or give it another chasqui.node.name"
                        .formatted(
                                other.get().processId(),
                                other.get().host(),
                                node.name(),
                                other.get().startedAt());
        if (!says.equals(trouble)) {
            log.error(says);
        }
        trouble = says;
        return false;
    }

    /** Why this node cannot be what it is registered as; empty: all is well. */
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    public void leave() {
        database.useHandle(db -> db.execute(
                "UPDATE node SET stopped_at = clock_timestamp() WHERE name = ? AND boot_id = ?",
                node.name(),
                node.bootId()));
    }
}
