package chasqui.testing;

import java.sql.Connection;
import java.sql.SQLException;
import org.jdbi.v3.core.Jdbi;

/**
 * How many blocks of tables and indexes some work touches, as PostgreSQL counts them: what EXPLAIN (ANALYZE, BUFFERS) would
 * show, summed over every statement that the work makes on {@link #jdbi}.
 */
public final class BlockCount implements AutoCloseable {
    private final Connection connection;
    private final Jdbi jdbi;

    public BlockCount(TestDatabase database) {
        try {
            connection = database.database().dataSource().getConnection();
            // Of its own for each statement, so that a later round is not planned otherwise than the first.
            jdbi = Jdbi.create(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One connection, which tells what it read whenever it is asked. */
    public Jdbi jdbi() {
        return jdbi;
    }

    public long of(Runnable work) {
        long before = blocks();
        work.run();
        return blocks() - before;
    }

    private long blocks() {
        return jdbi.withHandle(db -> {
            db.execute("SELECT pg_stat_force_next_flush()");
            return db.createQuery("""
                            SELECT sum(coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0)
                                       + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)
                                       + coalesce(toast_blks_read, 0) + coalesce(toast_blks_hit, 0))::bigint
                              FROM pg_statio_user_tables
                            """).mapTo(Long.class).one();
        });
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
