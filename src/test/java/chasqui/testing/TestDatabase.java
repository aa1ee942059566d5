package chasqui.testing;

import chasqui.database.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;

/** A real PostgreSQL for tests: one server for the whole JVM, a fresh database with the schema for each test. */
public final class TestDatabase implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static EmbeddedPostgres server;

    private final String name = "test_" + NUMBER.incrementAndGet();
    private final Database database;

    public TestDatabase() {
        EmbeddedPostgres running = server();
        execute(running, "CREATE DATABASE " + name + " TEMPLATE migrated");
        database = connect(running, name);
    }

    public Jdbi jdbi() {
        return database.jdbi();
    }

    public Database database() {
        return database;
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
        execute(server, "DROP DATABASE " + name + " WITH (FORCE)");
    }

    private static synchronized EmbeddedPostgres server() {
        if (server == null) {
            try {
                server = EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "100")
                        .setServerConfig("unix_socket_directories", "")
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
