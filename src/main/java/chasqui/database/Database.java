package chasqui.database;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
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
     * @throws ChasquiException (platform) another version of this program made the schema, or it cannot be changed
     */
    public int migrate() {
        try {
            return migrated();
        } catch (FlywayException mismatch) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    false,
                    "the schema of this database does not fit this version of Chasqui: "
                            + mismatch.getMessage().lines().limit(2).collect(Collectors.joining("; "))
                            + "; use the version that made it, or another database or --home",
                    mismatch);
        }
    }

    private int migrated() {
        return Flyway.configure()
                .dataSource(pool)
                .locations("classpath:schema")
                .failOnMissingLocations(true)
                .load()
                .migrate()
                .migrationsExecuted;
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
