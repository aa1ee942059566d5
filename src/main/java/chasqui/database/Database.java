package chasqui.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;

/** A pooled connection to PostgreSQL with the schema in place. */
public final class Database implements AutoCloseable {
    private final HikariDataSource pool;
    private final Jdbi jdbi;

    private Database(HikariDataSource pool) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
    }

    /**
     * Connects.
     *
     * @param connections most connections to hold, 1 or more
     * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException PostgreSQL cannot be reached
     */
    public static Database connect(String url, String user, String password, int connections) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("chasqui");
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(Math.min(2, connections));
        config.setConnectionTimeout(Duration.ofSeconds(10).toMillis());
        // Strings arrive untyped, so that PostgreSQL's own enumerations accept them.
        config.addDataSourceProperty("stringtype", "unspecified");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.addDataSourceProperty("ApplicationName", "chasqui");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        // A server that went away without a word must not hold a loop for ever; no statement of ours takes so long.
        config.addDataSourceProperty("socketTimeout", "600");
        return new Database(new HikariDataSource(config));
    }

    /**
     * Brings the schema up to this program's version.
     *
     * @return how many migrations ran, 0 when the schema was current
     * @throws SchemaMismatch another version of this program made the schema, or it cannot be changed
     */
    public int migrate() {
        return migrate("");
    }

    /**
     * The same in a database that other nodes may use.
     *
     * @param node name of this one
     * @throws SchemaMismatch as above, or the schema would be changed under nodes that run
     */
    public int migrate(String node) {
        try {
            return new Schema(pool, jdbi).migrate(node);
        } catch (FlywayException mismatch) {
            throw Schema.doesNotFit(mismatch);
        }
    }

    /**
     * Changes nothing.
     *
     * @throws SchemaMismatch the schema is not that of this version of the program; says what to do
     */
    public void requireSchema() {
        try {
            new Schema(pool, jdbi).require();
        } catch (FlywayException mismatch) {
            throw Schema.doesNotFit(mismatch);
        }
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    /** The pool itself, for camel-jdbc. */
    public DataSource dataSource() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
