package chasqui.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;

/**
 * The data folder of the embedded PostgreSQL and the passwords of its two roles: {@code postgres}, used to provision
 * only, and {@code chasqui}, which owns the database of that name.
 */
record PostgresCluster(Path folder, String superuserPassword, String password) {
    static final String NAME = "chasqui";
    private static final String SUPERUSER = "postgres";

    /** Loopback with a password is the only way in; there is no other line that could let anybody pass. */
    private static final String HOST_BASED_AUTHENTICATION = "host all all 127.0.0.1/32 scram-sha-256\n";

    Path data() {
        return folder.resolve("data");
    }

    /** Opens the cluster in {@code folder}, creating it when absent. */
    static PostgresCluster open(Path folder, Path binaries, ServerIdentity identity)
            throws IOException, InterruptedException {
        Path secretsFile = folder.resolve("secrets.properties");
        Path data = folder.resolve("data");
        Properties secrets = PrivateFiles.read(secretsFile).orElse(null);
        if (secrets == null) {
            if (Files.exists(data)) {
                throw new DatabaseNotStarted(
                        "the passwords of the embedded PostgreSQL are missing: put %s back, or move %s away to start with an empty database"
                                .formatted(secretsFile, data));
            }
            secrets = new Properties();
            secrets.setProperty(SUPERUSER, PrivateFiles.secret());
            secrets.setProperty(NAME, PrivateFiles.secret());
            PrivateFiles.write(secretsFile, secrets);
        }
        PostgresCluster cluster =
                new PostgresCluster(folder, secrets.getProperty(SUPERUSER), secrets.getProperty(NAME));
        if (!Files.exists(data)) {
            cluster.initialise(binaries, identity);
        }
        identity.own(data);
        return cluster;
    }

    /** Made aside and renamed, so that a data folder is a whole one. */
    private void initialise(Path binaries, ServerIdentity identity) throws IOException, InterruptedException {
        Path made = folder.resolve("data.new");
        Path passwordFile = folder.resolve("initdb.password");
        PrivateFiles.deleteTree(made);
        PrivateFiles.write(passwordFile, superuserPassword);
        try {
            run(identity.command(List.of(
                    binaries.resolve("bin/initdb").toString(),
                    "--pgdata=" + made,
                    "--username=" + SUPERUSER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--data-checksums",
                    "--no-instructions")));
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        Files.writeString(made.resolve("pg_hba.conf"), HOST_BASED_AUTHENTICATION);
        PrivateFiles.sync(made);
        Files.move(made, data(), StandardCopyOption.ATOMIC_MOVE);
        PrivateFiles.sync(folder);
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        PostgresServer.plainEnvironment(builder);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new DatabaseNotStarted(
                    "initdb ended with status %d; it said:%n%s%nThe home needs about 150 MB of space and a file system that may execute programs (no noexec)"
                            .formatted(status, said.strip()));
        }
    }

    /** The server's command line; it holds no secret. */
    List<String> serverCommand(Path binaries, int port, DatabaseOptions options) {
        return List.of(
                binaries.resolve("bin/postgres").toString(),
                "-D",
                data().toString(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "port=" + port,
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=on",
                "-c",
                "full_page_writes=on",
                "-c",
                "synchronous_commit=on",
                "-c",
                "password_encryption=scram-sha-256",
                "-c",
                "shared_buffers=" + options.sharedBuffersMebibytes() + "MB",
                "-c",
                "max_connections=" + options.maxConnections(),
                "-c",
                "work_mem=8MB",
                "-c",
                "maintenance_work_mem=32MB",
                "-c",
                "autovacuum_max_workers=2",
                "-c",
                "max_parallel_workers_per_gather=0",
                "-c",
                "jit=off",
                "-c",
                "wal_level=minimal",
                "-c",
                "max_wal_senders=0",
                "-c",
                "max_logical_replication_workers=0",
                "-c",
                "max_wal_size=512MB",
                "-c",
                "timezone=UTC",
                "-c",
                "log_timezone=UTC",
                "-c",
                "log_checkpoints=off",
                "-c",
                "logging_collector=off");
    }

    /** Creates role and database where they are missing, and leaves everything else alone. */
    DatabaseAddress provision(int port) throws SQLException {
        DatabaseAddress address = DatabaseAddress.local(port, NAME, NAME, password);
        if (reachable(address)) {
            return address;
        }
        DatabaseAddress superuser = DatabaseAddress.local(port, SUPERUSER, SUPERUSER, superuserPassword);
        try (Connection connection = connect(superuser);
                Statement statement = connection.createStatement()) {
            // A failing statement is logged with its text, and this one holds a password.
            statement.execute("set log_min_error_statement = panic");
            if (!exists(statement, "select 1 from pg_roles where rolname = '%s'".formatted(NAME))) {
                statement.execute("create role %s".formatted(NAME));
            }
            statement.execute("alter role %s login password '%s'".formatted(NAME, password));
            if (!exists(statement, "select 1 from pg_database where datname = '%s'".formatted(NAME))) {
                statement.execute("create database %s owner %s".formatted(NAME, NAME));
                statement.execute("revoke all on database %s from public".formatted(NAME));
            }
        }
        connect(address).close();
        return address;
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next();
        }
    }

    private static boolean reachable(DatabaseAddress address) throws SQLException {
        try {
            connect(address).close();
            return true;
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            boolean missing = state.equals("28P01") || state.equals("28000") || state.equals("3D000");
            if (missing) {
                return false;
            }
            throw e;
        }
    }

    private static Connection connect(DatabaseAddress address) throws SQLException {
        return DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
    }

    @Override
    public String toString() {
        return "PostgreSQL in " + folder;
    }
}
