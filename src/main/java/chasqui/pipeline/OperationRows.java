package chasqui.pipeline;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The statements behind {@link OperationStore}, each fenced by the lease's token. */
final class OperationRows {
    private static final String COLUMNS =
            "id, type, data_location_id, queue, subject_id, priority, attempt, max_attempts, stalls, parks";

    /** As in the function {@code claim_best}. */
    private static final String CLAIMED = """
            status = 'IN_PROGRESS', lease_owner = :node, lease_boot_id = :boot, lease_token = :token,
            lease_expires_at = clock_timestamp() + make_interval(secs => :lease),
            claimed_at = clock_timestamp(), heartbeat_at = clock_timestamp(),
            phase = NULL, bytes_done = 0, bytes_total = NULL, bytes_per_second = NULL
            """;

    /** For who need not wait for what its type waits for before it is done. */
    private static final String DUE = """
            operation.status IN ('PENDING', 'SCHEDULED') AND operation.not_before <= clock_timestamp()
            AND (operation.waits_for IS NULL
                 OR operation.waits_for = (SELECT t.put_back_waits_for FROM operation_type t WHERE t.name = operation.type))
            """;

    /** With every claim: a process may find another database under the address of the one before. */
    private static final String DATABASE = "(SELECT i.id FROM installation i) AS database";

    private OperationRows() {}

    static Operation operation(ResultSet row, StatementContext context) throws SQLException {
        return new Operation(
                row.getLong("id"),
                new OperationType(row.getString("type")),
                row.getLong("data_location_id"),
                row.getString("queue"),
                row.getLong("subject_id"),
                row.getInt("priority"),
                row.getInt("attempt"),
                row.getInt("max_attempts"),
                row.getInt("stalls"),
                row.getInt("parks"));
    }

    /** The best of the queue, at most so many, each under a token of its own. */
    static List<JointClaims.Claimed> claimBest(Handle tx, String queue, Claimant who, int most) {
        return tx.createQuery(
                        "SELECT <columns>, lease_token, <database> FROM claim_best(:queue, :most, :node, :boot, :lease, :without)")
                .define("columns", COLUMNS)
                .define("database", DATABASE)
                .bind("queue", queue)
                .bind("most", most)
                .bindMap(who.bindings())
                .map(OperationRows::claimed)
                .list();
    }

    private static JointClaims.Claimed claimed(ResultSet row, StatementContext context) throws SQLException {
        return new JointClaims.Claimed(
                operation(row, context),
                row.getObject("lease_token", UUID.class),
                row.getObject("database", UUID.class));
    }

    /** @return false when it is no longer free */
    static boolean claim(Handle db, long id, Claimant who, UUID token) {
        return db.createUpdate("UPDATE operation SET <claimed> WHERE id = :id AND status IN ('PENDING', 'SCHEDULED')")
                        .define("claimed", CLAIMED)
                        .bind("id", id)
                        .bind("token", token)
                        .bindMap(who.bindings())
                        .execute()
                == 1;
    }

    /** This one, if it is due, and still about what it was about: a restored database counts anew. */
    static Optional<JointClaims.Claimed> claimDue(Handle tx, Operation same, Claimant who, UUID token) {
        return tx.createQuery("""
                        UPDATE operation SET <claimed>, waits_for = NULL
                         WHERE id = :id AND type = :type AND subject_id = :subject AND data_location_id = :location
                           AND <due> RETURNING <columns>, lease_token, <database>
                        """)
                .define("claimed", CLAIMED)
                .define("database", DATABASE)
                .define("due", DUE)
                .define("columns", COLUMNS)
                .bind("id", same.id())
                .bind("type", same.type().name())
                .bind("subject", same.subjectId())
                .bind("location", same.dataLocationId())
                .bind("token", token)
                .bindMap(who.bindings())
                .map(OperationRows::claimed)
                .findOne();
    }

    /**
     * Begins a transaction that waits for a lock so long only.
     *
     * @return of the database as a whole, wherever it is copied to: two with one id have one past
     */
    static UUID installation(Handle tx, Duration longestLock) {
        return tx.createQuery("SELECT id FROM installation, set_config('lock_timeout', :limit, true)")
                .bind("limit", longestLock.toMillis() + "ms")
                .mapTo(UUID.class)
                .one();
    }

    static void lock(Handle tx, Lease lease) {
        boolean ours = tx.createQuery("SELECT true FROM operation WHERE id = :id AND lease_token = :token FOR UPDATE")
                .bind("id", lease.operation().id())
                .bind("token", lease.token())
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
        if (!ours) {
            throw new LeaseLost(lease.operation(), "put back, cancelled or taken over");
        }
    }

    static void finish(Handle tx, Lease lease, WorkStatus status) {
        if (!finish(tx, lease.operation().id(), lease.token(), status, lease.mostBytes())) {
            throw new LeaseLost(lease.operation(), "put back, cancelled or taken over");
        }
    }

    /** @return false when the operation is not held under this token; nothing was changed */
    static boolean finish(Handle tx, long id, UUID token, WorkStatus status, long bytes) {
        StateChanges.require(WorkStatus.IN_PROGRESS, status);
        return tx.createQuery("SELECT end_operation(:id, :token, :status::work_status, :bytes)")
                .bind("id", id)
                .bind("token", token)
                .bind("status", status.name())
                .bind("bytes", bytes)
                .mapTo(Boolean.class)
                .one();
    }

    /** What became of an operation whose result comes late. */
    enum Standing {
        RECORDED,
        RECORDED_BEFORE,
        /** Another has it. */
        HELD,
        /** Nobody has it, and it can be claimed. */
        FREE,
        /** Nobody has it, and nobody can claim it now. */
        WAITS,
        /** Completed, cancelled, or failed for good. */
        ENDED,
        /** It was never in this one. */
        OF_ANOTHER_DATABASE
    }

    /** @param token of an attempt that holds the operation no more */
    static Standing standing(Handle tx, Operation operation, UUID token) {
        return tx.createQuery("""
                        SELECT CASE WHEN o.status = 'IN_PROGRESS' THEN 'HELD'
                                    WHEN <due> THEN 'FREE'
                                    WHEN o.status IN ('PENDING', 'SCHEDULED') THEN 'WAITS'
                                    WHEN EXISTS (SELECT FROM operation_attempt a
                                                  WHERE a.operation_id = wanted.id AND a.lease_token = :token
                                                    AND a.outcome = 'COMPLETED') THEN 'RECORDED_BEFORE'
                                    ELSE 'ENDED' END
                          FROM (SELECT :id::bigint AS id) wanted
                          LEFT JOIN operation o ON o.id = wanted.id AND o.type = :type AND o.subject_id = :subject
                                               AND o.data_location_id = :location
                        """)
                .define("due", DUE.replace("operation.", "o."))
                .bind("id", operation.id())
                .bind("type", operation.type().name())
                .bind("subject", operation.subjectId())
                .bind("location", operation.dataLocationId())
                .bind("token", token)
                .mapTo(Standing.class)
                .one();
    }

    static void putBack(Handle tx, Lease lease, Verdict verdict, Failure failure) {
        StateChanges.require(WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        lock(tx, lease);
        attemptEnded(tx, lease.operation().id(), verdict.outcome(), failure, lease.mostBytes());
        tx.createUpdate("""
                        UPDATE operation
                           SET status = 'PENDING', attempt = attempt + :counts, scheduled_at = NULL,
                               waits_for = coalesce(:waitsFor, (SELECT t.put_back_waits_for FROM operation_type t
                                                                 WHERE t.name = operation.type)),
                               parks = CASE WHEN :parked THEN parks + 1 ELSE 0 END,
                               waits_since = CASE WHEN :parked THEN waits_since END,
                               not_before = clock_timestamp() + make_interval(secs => :delay),
                               lease_owner = NULL, lease_boot_id = NULL, lease_token = NULL, lease_expires_at = NULL,
                               failure_kind = :kind::failure_kind, failure_message = :message
                         WHERE id = :id
                        """)
                .bind("counts", verdict.countsAttempt() ? 1 : 0)
                .bind("waitsFor", verdict.waitsFor())
                .bind("parked", verdict.waitsFor() != null)
                .bind("delay", verdict.delay().toMillis() / 1000.0)
                .bind("kind", failure.kind().name())
                .bind("message", failure.message())
                .bind("id", lease.operation().id())
                .execute();
    }

    /** @return how long it has been waiting */
    static Duration postpone(Handle tx, Lease lease, String reason, Duration pause) {
        StateChanges.require(WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        lock(tx, lease);
        // One record for all of the wait: it may be looked at for days.
        tx.createUpdate("""
                        INSERT INTO operation_attempt (operation_id, attempt, node, lease_token, started_at, outcome,
                                                       message, bytes_done)
                        SELECT id, attempt, lease_owner, lease_token, claimed_at, 'WAITING', :reason, :bytes
                          FROM operation WHERE id = :id AND waits_since IS NULL
                        """)
                .bind("reason", reason)
                .bind("bytes", lease.mostBytes())
                .bind("id", lease.operation().id())
                .execute();
        return tx.createQuery("""
                        UPDATE operation
                           SET status = 'PENDING', parks = parks + 1, scheduled_at = NULL,
                               waits_since = coalesce(waits_since, clock_timestamp()),
                               waits_for = :reason || to_char(coalesce(waits_since, clock_timestamp()) AT TIME ZONE 'UTC',
                                                              '", since "YYYY-MM-DD HH24:MI"Z"'),
                               not_before = clock_timestamp() + make_interval(secs => :pause),
                               lease_owner = NULL, lease_boot_id = NULL, lease_token = NULL, lease_expires_at = NULL,
                               failure_kind = NULL, failure_message = NULL
                         WHERE id = :id
                        RETURNING greatest(0, extract(epoch FROM clock_timestamp() - waits_since))::bigint
                        """)
                .bind("reason", reason)
                .bind("pause", pause.toMillis() / 1000.0)
                .bind("id", lease.operation().id())
                .mapTo(Long.class)
                .map(Duration::ofSeconds)
                .one();
    }

    static void failForGood(Handle tx, Lease lease, Failure failure) {
        StateChanges.require(WorkStatus.IN_PROGRESS, WorkStatus.FAILED);
        lock(tx, lease);
        attemptEnded(tx, lease.operation().id(), "FAILED", failure, lease.mostBytes());
        fail(tx, lease.operation().id(), failure);
    }

    /**
     * @param onLiveNode the node it ran on has renewed leases since this one ran out, so that it was its work that stalled
     */
    record Stale(Operation operation, boolean onLiveNode) {}

    static List<Stale> lockStale(Handle tx, String which, Map<String, ?> bindings, int limit) {
        return tx.createQuery("""
                        SELECT <columns>,
                               EXISTS (SELECT FROM node n
                                        WHERE n.name = operation.lease_owner AND n.boot_id = operation.lease_boot_id
                                          AND n.heartbeat_at > operation.lease_expires_at) AS on_live_node
                          FROM operation
                         WHERE status = 'IN_PROGRESS' AND <which>
                         ORDER BY lease_expires_at LIMIT :limit FOR UPDATE SKIP LOCKED
                        """)
                .define("columns", COLUMNS)
                .define("which", which)
                .bindMap(bindings)
                .bind("limit", limit)
                .map((row, context) -> new Stale(operation(row, context), row.getBoolean("on_live_node")))
                .list();
    }

    static void putBackStale(Handle tx, Operation operation, boolean countStall) {
        StateChanges.require(WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        Failure stalled =
                new Failure(FailureKind.PLATFORM, true, operation + ": its worker stopped or stalled; put back");
        attemptEnded(tx, operation.id(), "STALLED", stalled, null);
        tx.createUpdate("""
                        UPDATE operation
                           SET status = 'PENDING', stalls = stalls + :counts, scheduled_at = NULL,
                               waits_for = (SELECT t.put_back_waits_for FROM operation_type t WHERE t.name = operation.type),
                               not_before = clock_timestamp(),
                               lease_owner = NULL, lease_boot_id = NULL, lease_token = NULL, lease_expires_at = NULL
                         WHERE id = :id
                        """)
                .bind("counts", countStall ? 1 : 0)
                .bind("id", operation.id())
                .execute();
    }

    static void failStale(Handle tx, Operation operation, Failure failure) {
        StateChanges.require(WorkStatus.IN_PROGRESS, WorkStatus.FAILED);
        attemptEnded(tx, operation.id(), "FAILED", failure, null);
        fail(tx, operation.id(), failure);
    }

    private static void fail(Handle tx, long id, Failure failure) {
        tx.createUpdate("""
                        UPDATE operation
                           SET status = 'FAILED', attempt = attempt + 1, finished_at = clock_timestamp(), waits_for = NULL,
                               lease_owner = NULL, lease_boot_id = NULL, lease_token = NULL, lease_expires_at = NULL,
                               failure_kind = :kind::failure_kind, failure_message = :message
                         WHERE id = :id
                        """)
                .bind("kind", failure.kind().name())
                .bind("message", failure.message())
                .bind("id", id)
                .execute();
    }

    private static void attemptEnded(Handle tx, long id, String outcome, Failure failure, Long bytesDone) {
        tx.createUpdate("""
                        INSERT INTO operation_attempt (operation_id, attempt, node, lease_token, started_at, outcome,
                                                       failure_kind, message, bytes_done)
                        SELECT id, attempt, lease_owner, lease_token, claimed_at, :outcome,
                               :kind::failure_kind, :message, coalesce(:bytes::bigint, bytes_done)
                          FROM operation WHERE id = :id
                        """)
                .bind("outcome", outcome)
                .bind("kind", failure.kind().name())
                .bind("message", failure.message())
                .bind("bytes", bytesDone)
                .bind("id", id)
                .execute();
    }

    /** @return ids of those that were parked and are due now */
    static List<Long> wake(Handle tx, Collection<Long> ids) {
        return tx.createQuery("""
                        UPDATE operation SET waits_for = NULL, not_before = clock_timestamp()
                         WHERE id = ANY (:ids) AND status = 'PENDING' AND waits_for IS NOT NULL RETURNING id
                        """)
                .bindArray("ids", Long.class, ids)
                .mapTo(Long.class)
                .list();
    }

    /** @return ids of those that nobody had claimed and nobody can claim now */
    static List<Long> holdBack(Handle tx, Collection<Long> ids, String waitsFor) {
        return tx.createQuery("""
                        UPDATE operation SET status = 'PENDING', scheduled_at = NULL, waits_for = :waitsFor
                         WHERE id = ANY (:ids) AND status IN ('PENDING', 'SCHEDULED') AND waits_for IS NULL RETURNING id
                        """)
                .bind("waitsFor", waitsFor)
                .bindArray("ids", Long.class, ids)
                .mapTo(Long.class)
                .list();
    }

    /** @return subjects whose operations nobody had claimed, and which are history now */
    static List<Long> withdraw(Handle tx, OperationType type, Collection<Long> subjects, String why) {
        StateChanges.require(WorkStatus.PENDING, WorkStatus.CANCELLED);
        return tx.createQuery("""
                        WITH gone AS (
                            DELETE FROM operation
                             WHERE type = :type AND subject_id = ANY (:subjects) AND status IN ('PENDING', 'SCHEDULED')
                            RETURNING *),
                        kept AS (
                            INSERT INTO operation_history (id, type, data_location_id, queue, subject_id, priority, status,
                                        attempt, stalls, created_at, scheduled_at, claimed_at, finished_at, bytes_done, failure_message)
                            SELECT id, type, data_location_id, queue, subject_id, priority, 'CANCELLED',
                                   attempt, stalls, created_at, scheduled_at, claimed_at, clock_timestamp(), bytes_done, :why
                              FROM gone)
                        SELECT subject_id FROM gone
                        """)
                .bind("type", type.name())
                .bindArray("subjects", Long.class, subjects)
                .bind("why", why)
                .mapTo(Long.class)
                .list();
    }

    /** Parked work of these subjects may be looked at now, whatever its pause. */
    static void hasten(Handle tx, OperationType type, Collection<Long> subjects) {
        tx.createUpdate("""
                        UPDATE operation SET not_before = clock_timestamp()
                         WHERE type = :type AND subject_id = ANY (:subjects) AND status = 'PENDING' AND waits_for IS NOT NULL
                        """)
                .bind("type", type.name())
                .bindArray("subjects", Long.class, subjects)
                .execute();
    }

    /**
     * A row that is locked, by an end that is being recorded for instance, is passed over: nobody can put it back meanwhile,
     * and it must not keep the others.
     *
     * @return tokens that are still in their rows
     */
    static List<UUID> renew(Handle db, List<Lease> leases, Duration lease) {
        return db.createQuery("""
                        WITH beat AS (
                            SELECT * FROM unnest(:ids, :tokens, :phases, :dones, :totals) AS b (id, token, phase, done, total)),
                        free AS (
                            SELECT o.id FROM operation o JOIN beat ON o.id = beat.id AND o.lease_token = beat.token
                               FOR UPDATE OF o SKIP LOCKED),
                        renewed AS (
                        UPDATE operation o
                           SET lease_expires_at = clock_timestamp() + make_interval(secs => :lease),
                               heartbeat_at = clock_timestamp(),
                               phase = beat.phase, bytes_done = beat.done, bytes_total = nullif(beat.total, 0),
                               bytes_per_second = CASE WHEN o.phase = beat.phase AND beat.done >= o.bytes_done THEN
                                   (beat.done - o.bytes_done)
                                   / greatest(0.001, extract(epoch FROM clock_timestamp() - o.heartbeat_at)) END
                          FROM beat JOIN free ON free.id = beat.id
                         WHERE o.id = beat.id AND o.lease_token = beat.token)
                        SELECT o.lease_token FROM operation o JOIN beat ON o.id = beat.id AND o.lease_token = beat.token
                        """)
                .bind("lease", lease.toMillis() / 1000.0)
                .bindArray(
                        "ids",
                        Long.class,
                        leases.stream().map(l -> l.operation().id()).toList())
                .bindArray(
                        "tokens", UUID.class, leases.stream().map(Lease::token).toList())
                .bindArray(
                        "phases",
                        String.class,
                        leases.stream().map(Lease::phase).toList())
                .bindArray(
                        "dones",
                        Long.class,
                        leases.stream().map(Lease::bytesDone).toList())
                .bindArray(
                        "totals",
                        Long.class,
                        leases.stream().map(Lease::bytesTotal).toList())
                .mapTo(UUID.class)
                .list();
    }

    static Set<Long> live(Handle db, Collection<Long> ids) {
        return Set.copyOf(db.createQuery("""
                        SELECT id FROM operation
                         WHERE id = ANY (:ids) AND status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                        """)
                .bindArray("ids", Long.class, ids)
                .mapTo(Long.class)
                .list());
    }

    static int create(
            Handle tx,
            OperationType type,
            String subjectColumn,
            List<OperationStore.NewOperation> subjects,
            int maxAttempts) {
        if (subjects.isEmpty()) {
            return 0;
        }
        return tx.createUpdate("""
                        INSERT INTO operation (type, data_location_id, queue, priority, max_attempts, <subject>)
                        SELECT :type, l.id, s.short_name || '_' || l.name || '_' || :type, wanted.priority, :maxAttempts,
                               wanted.subject
                          FROM unnest(:subjects, :locations, :priorities) AS wanted (subject, location, priority)
                          JOIN data_location l ON l.id = wanted.location
                          JOIN site s ON s.id = l.site_id
                         ORDER BY wanted.subject
                        ON CONFLICT (type, subject_id, data_location_id)
                              WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS') DO NOTHING
                        """)
                .define("subject", subjectColumn)
                .bind("type", type.name())
                .bind("maxAttempts", maxAttempts)
                .bindArray(
                        "subjects",
                        Long.class,
                        subjects.stream()
                                .map(OperationStore.NewOperation::subjectId)
                                .toList())
                .bindArray(
                        "locations",
                        Long.class,
                        subjects.stream()
                                .map(OperationStore.NewOperation::dataLocationId)
                                .toList())
                .bindArray(
                        "priorities",
                        Integer.class,
                        subjects.stream()
                                .map(OperationStore.NewOperation::priority)
                                .toList())
                .execute();
    }
}
