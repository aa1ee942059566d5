package chasqui.database;

import chasqui.pipeline.DatabaseTrouble;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Pooled connections to PostgreSQL with the schema in place, and a few more for beats, which must not wait for others or
 * for a server that went away without a word.
 */
public final class Database implements AutoCloseable {
    /** No statement of a command takes so long. */
    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(10);

    private static final Duration LONGEST_MIGRATION = Duration.ofHours(2);

    /** Two addresses in one URL are tried one after another within the time that a caller waits for a connection. */
    private static final Duration CONNECT = Duration.ofSeconds(4);

    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration BEAT_WAIT = Duration.ofSeconds(5);
    private static final Duration BEAT_ANSWER = Duration.ofSeconds(10);
    private static final int BEAT_CONNECTIONS = 2;

    /**
     * Ours are held for milliseconds: who holds one longer is somebody at a prompt. Shorter than the wait for a connection:
     * who meets that lock must not have all connections while others, whom it does not concern, look for one.
     */
    private static final Duration LONGEST_LOCK = Duration.ofSeconds(5);

    /** A command is alone with its connections. */
    private static final Duration LONGEST_LOCK_OF_A_COMMAND = Duration.ofMinutes(1);

    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

    /** After this a beat has reached the database, or has failed and the next one tries. */
    public static final Duration LONGEST_BEAT = BEAT_WAIT.plus(BEAT_ANSWER);

    private final Access access;
    private final HikariDataSource pool;
    private final Entrance.State state;
    private final DataSource entrance;
    private final Jdbi jdbi;
    private HikariDataSource beats;

    /** Where it is, and who we are there. */
    private record Access(String url, String user, String password) {}

    private Database(Access access, HikariDataSource pool, boolean there) {
        this.access = access;
        this.pool = pool;
        this.state = new Entrance.State(there);
        this.entrance = new Entrance(pool, state);
        this.jdbi = Jdbi.create(entrance);
    }

    /**
     * Connects, for as long as a statement may ever take.
     *
     * @param connections most connections to hold, 1 or more
     * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException PostgreSQL cannot be reached
     */
    public static Database connect(String url, String user, String password, int connections) {
        return connect(url, user, password, connections, LONGEST_ANSWER);
    }

    /**
     * The same with a limit.
     *
     * @param answer longest time that a statement waits for PostgreSQL, 1 s or more; then its connection is given up
     */
    public static Database connect(String url, String user, String password, int connections, Duration answer) {
        Access access = new Access(url, user, password);
        return new Database(access, new HikariDataSource(work(access, connections, answer)), true);
    }

    /** The same without a look whether it is there; nobody gets a connection before {@link #openAfter}. */
    public static Database later(String url, String user, String password, int connections, Duration answer) {
        Access access = new Access(url, user, password);
        HikariConfig config = work(access, connections, answer);
        config.setInitializationFailTimeout(-1);
        return new Database(access, new HikariDataSource(config), false);
    }

    private static HikariConfig work(Access access, int connections, Duration answer) {
        HikariConfig config = configuration("chasqui", access, answer.compareTo(WAIT) < 0 ? answer : WAIT, answer);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(Math.min(2, connections));
        return config;
    }

    /** Whether it may be used. */
    public boolean isOpen() {
        return state.isOpen();
    }

    /** Opens it to all when the calling thread, which may use it already, has done this. */
    public void openAfter(Runnable preparation) {
        state.openAfter(preparation);
    }

    /** Nobody gets a connection any more before {@link #openAfter}. */
    public void shut(String reason) {
        state.shut(reason);
    }

    /** Why it is not open, as everybody is told who asks for a connection. */
    public void because(String reason) {
        state.because(reason);
    }

    private static HikariConfig configuration(String name, Access access, Duration wait, Duration answer) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(access.url());
        config.setUsername(access.user());
        config.setPassword(access.password());
        config.setConnectionTimeout(wait.toMillis());
        config.setValidationTimeout(wait.dividedBy(3).toMillis());
        config.setExceptionOverride(new LostPrimary());
        // Strings arrive untyped, so that PostgreSQL's own enumerations accept them.
        config.addDataSourceProperty("stringtype", "unspecified");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.addDataSourceProperty("ApplicationName", "chasqui");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("connectTimeout", Long.toString(CONNECT.toSeconds()));
        // A server that went away without a word must not hold a loop for ever.
        config.addDataSourceProperty("socketTimeout", Long.toString(Math.max(1, answer.toSeconds())));
        config.addDataSourceProperty("options", serverLimits(answer));
        return config;
    }

    /**
     * What the server ends by itself. It does so before its client gives up: otherwise each try would leave a process there
     * that waits on, until there is no connection left for anybody. Given with the connection, which costs no round trip.
     */
    private static String serverLimits(Duration answer) {
        Duration lock = answer.multipliedBy(3).dividedBy(5);
        Duration longestLock = answer.compareTo(LONGEST_ANSWER) < 0 ? LONGEST_LOCK : LONGEST_LOCK_OF_A_COMMAND;
        Map<String, Long> limits = new TreeMap<>(Map.of(
                "lock_timeout",
                Math.min(lock.toMillis(), longestLock.toMillis()),
                "statement_timeout",
                answer.multipliedBy(4).dividedBy(5).toMillis(),
                // Whose client went away without a word must not hold its locks for as long as TCP takes to notice.
                "idle_in_transaction_session_timeout",
                LONGEST_SILENCE.toMillis(),
                "tcp_keepalives_idle",
                30L,
                "tcp_keepalives_interval",
                10L,
                "tcp_keepalives_count",
                3L));
        return limits.entrySet().stream()
                .map(one -> "-c " + one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining(" "));
    }

    /**
     * Connections for beats and questions, apart from those of the work: whoever asks has an answer, or an error, within
     * seconds. Opened with the first call.
     */
    public synchronized Jdbi beats() {
        if (beats == null) {
            HikariConfig config = configuration("chasqui-beats", access, BEAT_WAIT, BEAT_ANSWER);
            config.setMaximumPoolSize(BEAT_CONNECTIONS);
            config.setMinimumIdle(1);
            config.setInitializationFailTimeout(-1);
            beats = new HikariDataSource(config);
        }
        return Jdbi.create(new Entrance(beats, state));
    }

    /** The database was away: connections from before may be dead without knowing it, and are opened anew. */
    public void renewConnections() {
        pool.getHikariPoolMXBean().softEvictConnections();
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
            return new Schema(patient(), jdbi).migrate(node);
        } catch (FlywayException mismatch) {
            throw explained(mismatch);
        }
    }

    /**
     * Changes nothing.
     *
     * @throws SchemaMismatch the schema is not that of this version of the program; says what to do
     */
    public void requireSchema() {
        try {
            new Schema(patient(), jdbi).require();
        } catch (FlywayException mismatch) {
            throw explained(mismatch);
        }
    }

    private static RuntimeException explained(FlywayException failure) {
        return DatabaseTrouble.in(failure) ? failure : Schema.doesNotFit(failure);
    }

    /** A migration may take its time, whatever limits its role or database has there. */
    private DataSource patient() {
        PGSimpleDataSource patient = new PGSimpleDataSource();
        patient.setUser(access.user());
        patient.setPassword(access.password());
        patient.setTcpKeepAlive(true);
        patient.setSocketTimeout((int) LONGEST_MIGRATION.toSeconds());
        patient.setApplicationName("chasqui");
        patient.setOptions("-c statement_timeout=0 -c lock_timeout=0");
        // At the end: what it says counts for more, as it does for the pool.
        patient.setUrl(access.url());
        return patient;
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    /** The pool itself, for camel-jdbc. */
    public DataSource dataSource() {
        return entrance;
    }

    @Override
    public synchronized void close() {
        pool.close();
        if (beats != null) {
            beats.close();
        }
    }
}
