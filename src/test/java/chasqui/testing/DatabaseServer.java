package chasqui.testing;

import chasqui.embedded.DatabaseAddress;
import chasqui.embedded.DatabaseOptions;
import chasqui.embedded.EmbeddedDatabase;
import chasqui.embedded.Home;
import java.net.URI;
import java.nio.file.Path;

/** A PostgreSQL that one test has for itself, behind a password, and may stop and start again at the same port. */
public final class DatabaseServer implements AutoCloseable {
    private final Home home;
    private EmbeddedDatabase server;

    private DatabaseServer(Home home) {
        this.home = home;
        run();
    }

    /** @param folder gets its data */
    public static DatabaseServer start(Path folder) {
        return new DatabaseServer(Home.open(folder));
    }

    /** Serves again after {@link #stop}. */
    public void run() {
        int port = server == null ? 0 : port();
        server = EmbeddedDatabase.start(home, DatabaseOptions.defaults().withPort(port));
    }

    /** Ends every connection and the server, as an administrator does. */
    public void stop() {
        server.close();
    }

    public DatabaseAddress address() {
        return server.address();
    }

    public int port() {
        return URI.create(address().jdbcUrl().substring("jdbc:".length())).getPort();
    }

    @Override
    public void close() {
        server.close();
        home.close();
    }
}
