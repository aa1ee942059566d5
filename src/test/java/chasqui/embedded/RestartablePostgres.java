package chasqui.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real PostgreSQL of a test's own, to be stopped, killed, frozen and started again on the same port, with a standby if
 * wanted. Its database {@code chasqui} belongs to an ordinary role of that name; everybody on loopback is trusted.
 */
public final class RestartablePostgres implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String NAME = "chasqui";
    private static final String ADMINISTRATOR = "postgres";

    private final Path data;
    private final int port;
    private final List<String> options;
    private PostgresServer server;

    private RestartablePostgres(Path data, List<String> options) throws IOException {
        this.data = data;
        this.port = LocalPort.any();
        this.options = options;
    }

    /**
     * @param folder empty; gets its data
     * @param options such as {@code max_connections=30}
     */
    public static RestartablePostgres start(Path folder, String... options) throws Exception {
        RestartablePostgres made = new RestartablePostgres(folder.resolve("data"), new ArrayList<>(List.of(options)));
        Tools.run(
                folder,
                ServerIdentity.choose()
                        .command(List.of(
                                program("initdb"),
                                "--pgdata=" + made.data,
                                "--username=" + ADMINISTRATOR,
                                "--auth=trust",
                                "--encoding=UTF8",
                                "--locale=C",
                                "--no-sync",
                                "--no-instructions"))
                        .toArray(String[]::new));
        made.run();
        made.administer("CREATE ROLE chasqui LOGIN", "CREATE DATABASE chasqui OWNER chasqui");
        return made;
    }

    /** Starts a copy of this one that follows it; what is committed from then on is in both. Restarts this one. */
    public RestartablePostgres standby(Path folder) throws Exception {
        stop("INT");
        RestartablePostgres standby = new RestartablePostgres(folder.resolve("data"), new ArrayList<>(options));
        Tools.run(folder, "cp", "-a", data.toString(), standby.data.toString());
        Files.createFile(standby.data.resolve("standby.signal"));
        standby.options.add("primary_conninfo=host=127.0.0.1 port=" + port + " user=" + ADMINISTRATOR);
        ServerIdentity.choose().own(standby.data);
        options.add("synchronous_standby_names=*");
        run();
        standby.run();
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
                        .equals("1"));
        return standby;
    }

    private static String program(String name) {
        return PostgresBinaries.unpack(Path.of(System.getProperty("embedded.postgres.binaries")))
                .resolve("bin")
                .resolve(name)
                .toString();
    }

    /** Starts it, again after {@link #stop}, on the same port. */
    public void run() throws Exception {
        PostmasterFile.forget(data);
        List<String> command = new ArrayList<>(List.of(program("postgres"), "-D", data.toString()));
        for (String option : List.of("listen_addresses=127.0.0.1", "port=" + port, "unix_socket_directories=")) {
            command.addAll(List.of("-c", option));
        }
        options.forEach(option -> command.addAll(List.of("-c", option)));
        server = PostgresServer.launch(
                ServerIdentity.choose().command(command), data, data.resolveSibling("server.log"));
        assertThat(server.ready(LIMIT)).as(server.logTail()).isTrue();
    }

    /** Ends it: INT fast, QUIT at once without a word, KILL as a machine that lost its power. */
    public void stop(String signal) throws Exception {
        List<Long> all = processes();
        Tools.run(data, "kill", "-" + signal, Long.toString(all.get(0)));
        server.awaitEnd();
        Awaitility.await().atMost(LIMIT).until(() -> all.stream()
                .noneMatch(pid -> Files.exists(Path.of("/proc/" + pid + "/exe"))
                        && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()));
    }

    /** Stops all its processes where they are: connections stay, and nobody answers. */
    public void freeze() throws Exception {
        signalAll("STOP");
    }

    public void thaw() throws Exception {
        signalAll("CONT");
    }

    private void signalAll(String signal) throws Exception {
        for (long pid : processes()) {
            // One that has just ended needs no signal.
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }

    /** The server's own process first. */
    private List<Long> processes() {
        long postmaster = PostmasterFile.read(data).pid();
        return Stream.concat(
                        Stream.of(postmaster),
                        ProcessHandle.of(postmaster).orElseThrow().children().map(ProcessHandle::pid))
                .toList();
    }

    public int port() {
        return port;
    }

    /** Settings of a process that uses it. */
    public Map<String, String> settings() {
        return Map.of(
                "chasqui.database.url",
                "jdbc:postgresql://127.0.0.1:" + port + "/" + NAME,
                "chasqui.database.user",
                NAME);
    }

    /** As its administrator, each statement by itself. */
    public void administer(String... statements) throws SQLException {
        try (Connection connection = connect(ADMINISTRATOR, ADMINISTRATOR);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** One value of one row of the database, as text. */
    public String ask(String query) throws SQLException {
        try (Connection connection = connect(NAME, ADMINISTRATOR);
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** A connection as an application has one. */
    public Connection connect() throws SQLException {
        return connect(NAME, NAME);
    }

    private Connection connect(String database, String user) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?connectTimeout=5&socketTimeout=60",
                user,
                "");
    }

    @Override
    public void close() throws Exception {
        if (server.alive()) {
            thaw();
        }
        server.close();
    }
}
