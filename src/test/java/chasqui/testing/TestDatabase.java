package chasqui.testing;

import chasqui.database.Database;
import chasqui.embedded.DatabaseAddress;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** A real PostgreSQL for tests: one server for the whole JVM, a fresh database with the schema for each test. */
public final class TestDatabase implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static EmbeddedPostgres server;

    private final String name = "test_" + NUMBER.incrementAndGet();
    private final Database database;
    /** Null: the one of the whole JVM. */
    private final DatabaseServer own;

    public TestDatabase() {
        EmbeddedPostgres running = server();
        execute(running, "CREATE DATABASE " + name + " TEMPLATE migrated");
        database = connect(running, name);
        own = null;
    }

    private TestDatabase(DatabaseServer server) {
        DatabaseAddress address = server.address();
        database = Database.connect(address.jdbcUrl(), address.user(), address.password(), 4);
        database.migrate();
        own = server;
    }

    /** The one database of a server that a test has for itself; the server outlives it. */
    public static TestDatabase on(DatabaseServer server) {
        return new TestDatabase(server);
    }

    private TestDatabase(Duration ahead) {
        EmbeddedPostgres running = server();
        execute(running, "CREATE DATABASE " + name);
        try (Database bare = connect(running, name)) {
            bare.jdbi().useHandle(db -> shift(db, name, ahead));
        }
        database = connect(running, name);
        database.migrate();
        own = null;
    }

    /**
     * A database without rows whose clock is ahead of ours, or behind with a negative span. Its functions for the time are
     * hidden behind others of the same name, for the schema that is made then and for every session.
     */
    public static TestDatabase ahead(Duration span) {
        return new TestDatabase(span);
    }

    private static void shift(Handle db, String name, Duration ahead) {
        db.execute("CREATE SCHEMA shifted");
        for (String function : List.of("clock_timestamp", "statement_timestamp", "transaction_timestamp", "now")) {
            String volatility = function.equals("clock_timestamp") ? "VOLATILE" : "STABLE";
            db.execute(
                    "CREATE FUNCTION shifted.%s() RETURNS timestamptz LANGUAGE sql %s AS $$ SELECT pg_catalog.%s() + interval '%d s' $$"
                            .formatted(function, volatility, function, ahead.toSeconds()));
        }
        // What comes before pg_catalog in the path hides what is in it.
        db.execute("ALTER DATABASE " + name + " SET search_path = public, shifted, pg_catalog");
    }

    /** Settings of a process that uses it. */
    public Map<String, String> settings() {
        if (own != null) {
            DatabaseAddress address = own.address();
            return Map.of(
                    "chasqui.database.url", address.jdbcUrl(),
                    "chasqui.database.user", address.user(),
                    "chasqui.database.password", address.password());
        }
        return Map.of("chasqui.database.url", server.getJdbcUrl("postgres", name), "chasqui.database.user", "postgres");
    }

    public Jdbi jdbi() {
        return database.jdbi();
    }

    public Database database() {
        return database;
    }

    /** For processes of their own; the user's name is in it, and there is no password. */
    public String url() {
        return server().getJdbcUrl("postgres", name);
    }

    /** One value of one row, as text; null when it is null. */
    public String value(String sql) {
        return jdbi().withHandle(db -> db.createQuery(sql).mapTo(String.class).one());
    }

    /** The first column of all rows, as text. */
    public List<String> values(String sql) {
        return jdbi().withHandle(db -> db.createQuery(sql).mapTo(String.class).list());
    }

    public void execute(String sql) {
        jdbi().useHandle(db -> db.execute(sql));
    }

    @Override
    public void close() {
        database.close();
        if (own != null) {
            return;
        }
        execute(server, "DROP DATABASE " + name + " WITH (FORCE)");
    }

    private static synchronized EmbeddedPostgres server() {
        if (server == null) {
            try {
                server = EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "100")
                        .setServerConfig("unix_socket_directories", "")
                        .setPGStartupWait(Duration.ofMinutes(2))
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            execute(server, "CREATE DATABASE migrated");
            try (Database template = connect(server, "migrated")) {
                template.migrate();
            }
        }
        return server;
    }

    private static Database connect(EmbeddedPostgres server, String name) {
        return Database.connect(server.getJdbcUrl("postgres", name), "postgres", "", 8);
    }

    private static void execute(EmbeddedPostgres server, String sql) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
