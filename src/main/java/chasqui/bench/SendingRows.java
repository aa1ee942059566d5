package chasqui.bench;

import chasqui.storage.RelativePath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What a bench asks and does in the database of its own service. Nothing but a bench turns time back. */
final class SendingRows {
    private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();

    /** Nothing was finished for so long: something is wrong that no operation has told. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final Jdbi database;
    private final int packages;
    private long lastOperation;

    SendingRows(Jdbi database, int packages) {
        this.database = database;
        this.packages = packages;
    }

    /** Copies of transfer packages at the first site. */
    List<Path> packages(Path root) {
        return database.withHandle(db -> paths(db, root, """
                SELECT c.path FROM physical_copy c
                  JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                 WHERE s.short_name = 'here' AND c.data_transfer_package_id IS NOT NULL ORDER BY c.id
                """));
    }

    private static List<Path> paths(Handle db, Path root, String query) {
        return db.createQuery(query)
                .map((row, context) -> new RelativePath(row.getString("path")).under(root))
                .list();
    }

    /** Opens the way from the first site to the second. */
    void letGo() {
        forbid(false);
    }

    private void forbid(boolean forbidden) {
        database.useHandle(db -> db.createUpdate("UPDATE transfer_route SET forbidden = :forbidden")
                .bind("forbidden", forbidden)
                .execute());
    }

    /** @throws IOException an operation failed or was put off: what it said */
    void awaitAllProven() throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        int before = -1;
        for (int now = 0; now < packages; LockSupport.parkNanos(LOOK_NANOS)) {
            Optional<String> failure = failure();
            if (failure.isPresent()) {
                throw new IOException("an operation of the bench's service failed: " + failure.get());
            }
            now = proven();
            until = now == before ? until : System.nanoTime() + PATIENCE.toNanos();
            before = now;
            if (Thread.interrupted() || System.nanoTime() - until > 0) {
                throw new InterruptedException("after " + now + " of " + packages + " packages");
            }
        }
    }

    private int proven() {
        return database.withHandle(db -> db.createQuery("SELECT count(*) FROM data_transfer WHERE status = 'COMPLETED'")
                .mapTo(Integer.class)
                .one());
    }

    private Optional<String> failure() {
        return database.withHandle(db -> db.createQuery("""
                        SELECT message FROM operation_attempt WHERE outcome <> 'COMPLETED' AND message IS NOT NULL
                         ORDER BY ended_at LIMIT 1
                        """).mapTo(String.class).findFirst());
    }

    /** How long the last sending took. */
    Sent sent() {
        return database.withHandle(db -> db.createQuery("""
                        SELECT extract(epoch FROM max(finished_at) FILTER (WHERE type = 'data_transfer')
                                   - min(claimed_at) FILTER (WHERE type = 'data_transfer')) AS sent,
                               extract(epoch FROM max(finished_at)
                                   - min(claimed_at) FILTER (WHERE type = 'data_transfer')) AS proven
                          FROM operation_history
                         WHERE id > :after AND type IN ('data_transfer', 'data_transfer_unpacking')
                        """)
                .bind("after", lastOperation)
                .map((row, context) -> new Sent(row.getDouble("sent"), row.getDouble("proven")))
                .one());
    }

    /**
     * Closes the way, and makes it as if nothing had ever been sent. The archive behind is switched off for good: it
     * would take what arrived.
     *
     * @param root of the second buffer
     * @return what lies there in vain
     */
    List<Path> rewind(Path root) {
        forbid(true);
        database.useHandle(
                db -> db.execute("UPDATE data_location SET active = false WHERE location_type = 'LONG_TERM_ARCHIVE'"));
        return database.inTransaction(tx -> {
            // Waits for a manager that saw the archive still active.
            tx.execute("LOCK TABLE long_term_archive_transfer IN SHARE ROW EXCLUSIVE MODE");
            List<Path> arrived = paths(tx, root, """
                    SELECT c.path FROM physical_copy c
                      JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                     WHERE s.short_name = 'there'
                    """);
            tx.execute("""
                    DELETE FROM operation WHERE long_term_archive_transfer_id IS NOT NULL;
                    CREATE TEMPORARY TABLE arrived ON COMMIT DROP AS
                        SELECT c.id FROM physical_copy c
                          JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                         WHERE s.short_name = 'there';
                    DELETE FROM copy_use WHERE physical_copy_id IN (SELECT id FROM arrived);
                    DELETE FROM long_term_archive_transfer;
                    DELETE FROM verification WHERE physical_copy_id IN (SELECT id FROM arrived);
                    DELETE FROM physical_copy WHERE id IN (SELECT id FROM arrived);
                    UPDATE data_transfer SET status = 'PENDING', sent_at = NULL, incoming_name = NULL, completed_at = NULL,
                           send_count = 0;
                    """);
            lastOperation = tx.createQuery("SELECT coalesce(max(id), 0) FROM operation_history")
                    .mapTo(Long.class)
                    .one();
            return arrived;
        });
    }
}
