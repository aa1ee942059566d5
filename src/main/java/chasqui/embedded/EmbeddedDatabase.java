package chasqui.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;

/**
 * A PostgreSQL inside the home, durable (fsync and synchronous commit on), on loopback and behind a generated password.
 *
 * <p>Its life is tied to this process: {@link #close()} stops it, and so does the end of the process in whatever way.
 * Whoever drains work on shutdown closes it last. A server that ends without being asked is started again at the same
 * address.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    /** How often another free port is tried when somebody takes the chosen one in between. */
    private static final int PORT_ATTEMPTS = 5;

    private final DatabaseAddress address;
    private final PostgresKeeper keeper;

    private EmbeddedDatabase(DatabaseAddress address, PostgresKeeper keeper) {
        this.address = address;
        this.keeper = keeper;
    }

    public static EmbeddedDatabase start(Home home) {
        return start(home, DatabaseOptions.defaults());
    }

    /**
     * Starts PostgreSQL, after creating its data on first use, and returns when it serves.
     *
     * @throws DatabaseNotStarted the port is taken, the binaries cannot run here, or PostgreSQL gave up
     */
    public static EmbeddedDatabase start(Home home, DatabaseOptions options) {
        try {
            HomeFolders folders = home.folders();
            ServerIdentity identity = ServerIdentity.choose();
            return start(folders, options, identity);
        } catch (IOException e) {
            throw new DatabaseNotStarted(
                    "cannot prepare the embedded PostgreSQL in %s: %s".formatted(home.path(), e), e);
        } catch (SQLException e) {
            throw new DatabaseNotStarted(
                    "the embedded PostgreSQL in %s runs but refuses its own role: %s"
                            .formatted(home.path(), e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseNotStarted("interrupted while starting the embedded PostgreSQL", e);
        }
    }

    static EmbeddedDatabase start(HomeFolders folders, DatabaseOptions options, ServerIdentity identity)
            throws IOException, SQLException, InterruptedException {
        Path parent = options.binaries() == null ? folders.postgres() : options.binaries();
        Path binaries = PostgresBinaries.unpack(parent);
        Path data = folders.postgres().resolve("data");
        PostgresServer.endLeftover(data);
        PostgresCluster cluster = PostgresCluster.open(folders.postgres(), binaries, identity);
        PostmasterFile.forget(data);
        for (int attempt = 1; ; attempt++) {
            int port = choosePort(folders, options);
            PostgresKeeper.Launch launch = () -> PostgresServer.launch(
                    identity.command(cluster.serverCommand(binaries, port, options)),
                    data,
                    folders.postgres().resolve("server.log"));
            PostgresServer server = launch.again();
            if (server.ready(options.startLimit())) {
                DatabaseAddress address = provision(server, cluster, port, folders);
                return new EmbeddedDatabase(address, new PostgresKeeper(server, launch, data, options.startLimit()));
            }
            boolean again = options.port() == 0 && attempt < PORT_ATTEMPTS && !LocalPort.free(port);
            if (!again) {
                throw new DatabaseNotStarted("the embedded PostgreSQL in %s ended at start; the end of its log:%n%s"
                        .formatted(folders.postgres(), server.logTail()));
            }
        }
    }

    private static DatabaseAddress provision(
            PostgresServer server, PostgresCluster cluster, int port, HomeFolders folders)
            throws IOException, SQLException {
        try {
            DatabaseAddress address = cluster.provision(port);
            PrivateFiles.write(folders.connectionProperties(), address.toProperties(port));
            return address;
        } catch (IOException | SQLException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static int choosePort(HomeFolders folders, DatabaseOptions options) throws IOException {
        if (options.port() == 0) {
            Optional<Properties> last = PrivateFiles.read(folders.connectionProperties());
            return LocalPort.sameOrAny(last.map(p -> p.getProperty("port")).orElse(null));
        }
        if (!LocalPort.free(options.port())) {
            throw new DatabaseNotStarted(
                    "port %d on 127.0.0.1 is taken by another program: free it, or set %s to another port (0 picks a free one)"
                            .formatted(options.port(), DatabaseOptions.PORT_SETTING));
        }
        return options.port();
    }

    /**
     * How to reach the PostgreSQL of a home that another process has open; empty when nobody has.
     */
    public static Optional<DatabaseAddress> address(HomeFolders folders) {
        if (folders.holder().isEmpty()) {
            return Optional.empty();
        }
        try {
            return PrivateFiles.read(folders.connectionProperties()).map(DatabaseAddress::from);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folders.connectionProperties(), e);
        }
    }

    public DatabaseAddress address() {
        return address;
    }

    /** Whether the server process still runs. */
    public boolean alive() {
        return keeper.alive();
    }

    /** Ends all connections and stops the server; what was committed stays. */
    @Override
    public void close() {
        keeper.close();
    }
}
