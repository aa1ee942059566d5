package chasqui.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedDatabaseIT {
    @TempDir
    Path temporary;

    @Test
    void what_was_committed_is_there_after_a_restart_on_the_same_port() throws Exception {
        Path folder = temporary.resolve("a home");
        String url;
        try (Home home = Home.open(folder);
                EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            url = database.address().jdbcUrl();
            execute(database.address(), "create table kept (word text)", "insert into kept values ('relay')");
        }
        try (Home home = Home.open(folder);
                EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            assertThat(database.address().jdbcUrl()).isEqualTo(url);
            assertThat(ask(database.address(), "select word from kept")).isEqualTo("relay");
        }
    }

    @Test
    void it_is_durable_and_closed_to_everybody_without_the_password() throws Exception {
        try (Home home = Home.open(temporary.resolve("home"));
                EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            DatabaseAddress address = database.address();
            assertThat(ask(address, "show fsync")).isEqualTo("on");
            assertThat(ask(address, "show synchronous_commit")).isEqualTo("on");
            assertThat(ask(address, "show data_checksums")).isEqualTo("on");
            assertThat(ask(address, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(Files.readAllLines(home.folders().postgres().resolve("data/postmaster.pid"))
                            .get(4))
                    .as("folder of a Unix socket")
                    .isEmpty();
            assertThat(ask(address, "select rolsuper::text from pg_roles where rolname = current_user"))
                    .isEqualTo("false");
            for (String user : List.of("chasqui", "postgres", "nobody")) {
                for (String password : List.of("", "wrong")) {
                    assertThatThrownBy(() -> DriverManager.getConnection(address.jdbcUrl(), user, password))
                            .isInstanceOf(SQLException.class);
                }
            }
            assertThat(Files.readString(home.folders().postgres().resolve("data/pg_hba.conf")))
                    .doesNotContain("trust");
            assertThat(address.toString()).doesNotContain(address.password());
        }
    }

    @Test
    void clients_of_the_same_home_find_it_while_it_runs_and_not_afterwards() throws Exception {
        Path folder = temporary.resolve("home");
        try (Home home = Home.open(folder);
                EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            assertThat(EmbeddedDatabase.address(Home.peek(folder))).contains(database.address());
        }
        assertThat(EmbeddedDatabase.address(Home.peek(folder))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM"})
    void a_process_that_died_leaves_no_server_behind_and_its_data_serves_again(String signal) throws Exception {
        Path folder = temporary.resolve("home");
        try (OtherProcess other = OtherProcess.holding(folder, "database", List.of())) {
            String[] said = other.untilReady().get(0).split(" ");
            DatabaseAddress address = new DatabaseAddress(said[0], "chasqui", said[1]);
            execute(address, "create table kept (word text)", "insert into kept values ('relay')");
            if (signal.equals("KILL")) {
                other.kill();
            } else {
                other.terminate();
            }
        }
        try (Home home = Home.open(folder);
                EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            assertThat(ask(database.address(), "select word from kept")).isEqualTo("relay");
        }
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        commandsWith(folder.toRealPath().toString()))
                .isEmpty());
    }

    @Test
    void a_second_process_is_told_who_holds_the_home() throws Exception {
        Path folder = temporary.resolve("home");
        try (OtherProcess other = OtherProcess.holding(folder, "nothing", List.of())) {
            other.untilReady();
            assertThatThrownBy(() -> Home.open(folder))
                    .isInstanceOf(HomeInUse.class)
                    .hasMessageContaining("process " + other.pid())
                    .hasMessageContaining("--home");
            assertThat(Home.peek(folder).holder().orElseThrow().pid()).isEqualTo(other.pid());
            other.kill();
            assertThat(Home.peek(folder).holder()).isEmpty();
        }
        Home.open(folder).close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_server_that_was_killed_alone_or_with_its_guard_serves_again_at_the_same_address(boolean withGuard)
            throws Exception {
        Path folder = temporary.resolve("home");
        try (Home home = Home.open(folder);
                EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            execute(database.address(), "create table kept (word text)", "insert into kept values ('relay')");
            List<ProcessHandle> guards = ProcessHandle.current()
                    .children()
                    .filter(child -> child.info().commandLine().orElse("").contains(folder.toString()))
                    .toList();
            assertThat(guards).isNotEmpty();
            if (withGuard) {
                guards.forEach(ProcessHandle::destroyForcibly);
            } else {
                PostmasterFile server =
                        PostmasterFile.read(home.folders().postgres().resolve("data"));
                ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
            }
            guards.forEach(guard -> guard.onExit().join());
            Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> assertThat(
                            ask(database.address(), "select word from kept"))
                    .isEqualTo("relay"));
            assertThat(database.alive()).isTrue();
        }
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        commandsWith(folder.toRealPath().toString()))
                .isEmpty());
    }

    @Test
    void a_stale_pid_file_that_names_a_living_stranger_does_not_matter() throws Exception {
        Path folder = temporary.resolve("home");
        try (Home home = Home.open(folder)) {
            EmbeddedDatabase.start(home).close();
            Files.writeString(
                    home.folders().postgres().resolve("data/postmaster.pid"),
                    ProcessHandle.current().pid() + "\n" + folder + "\n1\n5432\n\n127.0.0.1\n\nready\n");
            try (EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
                assertThat(ask(database.address(), "select 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void a_fixed_port_in_use_is_named_with_its_setting() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Home home = Home.open(temporary.resolve("home"))) {
            DatabaseOptions options = DatabaseOptions.defaults().withPort(taken.getLocalPort());
            assertThatThrownBy(() -> EmbeddedDatabase.start(home, options))
                    .isInstanceOf(DatabaseNotStarted.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining(DatabaseOptions.PORT_SETTING);
        }
    }

    @Test
    void the_remembered_port_is_given_up_when_somebody_else_has_it() throws Exception {
        try (Home home = Home.open(temporary.resolve("home"))) {
            DatabaseAddress first;
            try (EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
                first = database.address();
            }
            int port = Integer.parseInt(first.jdbcUrl().replaceAll(".*:(\\d+)/.*", "$1"));
            try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
                assertThat(taken.isBound()).isTrue();
                assertThat(database.address().jdbcUrl()).isNotEqualTo(first.jdbcUrl());
                assertThat(ask(database.address(), "select 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void lost_passwords_are_reported_and_not_papered_over() throws Exception {
        try (Home home = Home.open(temporary.resolve("home"))) {
            EmbeddedDatabase.start(home).close();
            Files.delete(home.folders().postgres().resolve("secrets.properties"));
            assertThatThrownBy(() -> EmbeddedDatabase.start(home))
                    .isInstanceOf(DatabaseNotStarted.class)
                    .hasMessageContaining("secrets.properties");
        }
    }

    @Test
    void an_unfinished_first_start_is_begun_anew() throws Exception {
        try (Home home = Home.open(temporary.resolve("home"))) {
            Path torn = Files.createDirectories(home.folders().postgres().resolve("data.new/base"));
            Files.writeString(torn.resolve("1"), "torn");
            try (EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
                assertThat(ask(database.address(), "select 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void root_can_change_between_its_two_ways_of_starting_it() throws Exception {
        assumeTrue(
                ServerIdentity.runningAsRoot() && ServerIdentity.NAMESPACE.works() && ServerIdentity.NOBODY.works(),
                "needs root with user namespaces and setpriv");
        try (Home home = Home.open(temporary.resolve("home"))) {
            List<ServerIdentity> ways = List.of(ServerIdentity.NOBODY, ServerIdentity.NAMESPACE, ServerIdentity.NOBODY);
            for (int i = 0; i < ways.size(); i++) {
                try (EmbeddedDatabase database =
                        EmbeddedDatabase.start(home.folders(), DatabaseOptions.defaults(), ways.get(i))) {
                    execute(database.address(), "create table way_%d (n int)".formatted(i));
                }
            }
        }
    }

    @Test
    void an_ordinary_user_starts_it_as_well() throws Exception {
        assumeTrue(ServerIdentity.runningAsRoot(), "only root can become somebody else");
        Path folder = Files.createDirectory(temporary.resolve("home"));
        Files.setAttribute(folder, "unix:uid", 65534);
        List<String> ordinary = List.of(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                // The classes under test may lie where only root may read.
                "--securebits=+no_setuid_fixup",
                "--inh-caps=-all,+dac_read_search",
                "--ambient-caps=-all,+dac_read_search");
        assumeTrue(new ServerIdentity(ordinary, 65534).works(), "this system lets nobody change its user");
        try (OtherProcess other = OtherProcess.holding(folder, "database store", ordinary)) {
            String[] said = other.untilReady().get(0).split(" ");
            assertThat(ask(new DatabaseAddress(said[0], "chasqui", said[1]), "select 1"))
                    .isEqualTo("1");
            assertThat(Files.getAttribute(folder.resolve("postgres/data"), "unix:uid"))
                    .isEqualTo(65534);
            other.terminate();
        }
    }

    private static void execute(DatabaseAddress address, String... statements) throws SQLException {
        try (Connection connection = connect(address)) {
            for (String statement : statements) {
                connection.createStatement().execute(statement);
            }
        }
    }

    private static String ask(DatabaseAddress address, String query) throws SQLException {
        try (Connection connection = connect(address);
                ResultSet row = connection.createStatement().executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static Connection connect(DatabaseAddress address) throws SQLException {
        return DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
    }

    private static List<String> commandsWith(String text) {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(text) && line.contains("postgres"))
                .toList();
    }
}
