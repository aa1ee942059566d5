package chasqui.bbcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.testing.OpenFiles;
import chasqui.testing.Sshd;
import chasqui.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * What bbcp does, as far as this program counts on it, and what is made of it: the same for the real one and its
 * stand-in. The other host is this one, through an ssh server of our own.
 */
abstract class BbcpContract {
    private static final Map<Class<?>, AtomicInteger> RAN = new ConcurrentHashMap<>();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Longer than ssh and two programs need to start on a busy machine. */
    private static final Duration STALL = Duration.ofSeconds(10);

    private static final long SLOW = 2 << 20;

    /** Whom this test has stopped: nobody else would end them. */
    private final List<ProcessHandle> stopped = new ArrayList<>();

    private final ExecutorService background = Executors.newCachedThreadPool();
    private Path program;
    private Sshd sshd;
    private Path data;
    private Path source;
    private Path target;

    @TempDir
    Path folder;

    /** @param folder for what it needs */
    abstract Path program(Path folder) throws Exception;

    @BeforeEach
    void a_file_and_another_host() throws Exception {
        program = program(folder);
        sshd = Sshd.start(folder);
        data = Files.createDirectory(folder.resolve("data"));
        source = data.resolve("source.tar");
        target = Files.createDirectory(data.resolve("there")).resolve("incoming-1");
        content(3_000_001);
        RAN.computeIfAbsent(getClass(), c -> new AtomicInteger()).incrementAndGet();
    }

    @AfterEach
    void close() {
        stopped.forEach(ProcessHandle::destroyForcibly);
        background.shutdownNow();
        if (sshd != null) {
            sshd.close();
        }
    }

    @AfterAll
    static void say_how_many_ran(TestInfo info) {
        Class<?> test = info.getTestClass().orElseThrow();
        System.out.println("bbcp contract: " + RAN.getOrDefault(test, new AtomicInteger()) + " tests ran in "
                + test.getSimpleName());
    }

    private void content(int size) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        Files.write(source, content);
    }

    private BbcpOptions options() {
        return options(sshd.ssh());
    }

    private BbcpOptions options(String ssh) {
        List<String> problems = new ArrayList<>();
        BbcpOptions options = BbcpOptions.DEFAULT.with(
                Map.of("ssh", ssh, "remote_command", program.toString(), "streams", "2"), problems);
        assertThat(problems).isEmpty();
        return options;
    }

    private static BbcpEnd there(Path path) {
        return new BbcpEnd(Sshd.HOST, System.getProperty("user.name"), path);
    }

    private BbcpCommand push(BbcpOptions options) throws IOException {
        return command(BbcpEnd.here(source), there(target), options);
    }

    private BbcpCommand pull(BbcpOptions options) throws IOException {
        return command(there(source), BbcpEnd.here(target), options);
    }

    private BbcpCommand command(BbcpEnd from, BbcpEnd to, BbcpOptions options) throws IOException {
        return new BbcpCommand(
                program.toString(), from, to, Files.exists(source) ? Files.size(source) : 1, options, LIMIT);
    }

    private BbcpResult run(BbcpCommand command) throws Exception {
        return new BbcpRun(LIMIT).run(command, bytes -> {});
    }

    private ChasquiException explained(BbcpCommand command, BbcpResult result) throws Exception {
        return BbcpOutcome.explain(command, result, "data transfer 7").orElseThrow();
    }

    /** A run that takes long, once bytes have arrived. */
    private Future<BbcpResult> under_way(BbcpCommand command, Duration stall) {
        Future<BbcpResult> run = background.submit(() -> new BbcpRun(stall).run(command, bytes -> {}));
        Awaitility.await().atMost(LIMIT).until(() -> {
            if (run.isDone()) {
                throw new AssertionError("it was to take long, but ended: " + run.get());
            }
            return Files.exists(target) && Files.size(target) > 0;
        });
        return run;
    }

    private void nobody_has_our_files_open() {
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(OpenFiles.openers(data))
                .isEmpty());
    }

    private static void signal(String name, List<ProcessHandle> processes) throws Exception {
        for (ProcessHandle process : processes) {
            Tools.run(
                    Path.of("/"),
                    "sh",
                    "-c",
                    "kill -" + name + " \"$1\" 2>/dev/null || true",
                    "sh",
                    "" + process.pid());
        }
    }

    private List<ProcessHandle> agentsThere() {
        return sshd.processes().stream()
                .filter(process -> List.of("SNK", "SRC").contains(OpenFiles.lastArgument(process)))
                .toList();
    }

    @Test
    void pushes_a_file_as_it_is() throws Exception {
        BbcpResult result = run(push(options()));
        assertThat(result.exit()).as(result.said()).isZero();
        assertThat(target).hasSameBinaryContentAs(source);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .startsWith("rw-");
    }

    @Test
    void pulls_a_file_as_it_is() throws Exception {
        BbcpResult result = run(pull(options()));
        assertThat(result.exit()).as(result.said()).isZero();
        assertThat(target).hasSameBinaryContentAs(source);
    }

    @Test
    void copies_between_two_folders_here_without_ssh() throws Exception {
        BbcpResult result = run(command(BbcpEnd.here(source), BbcpEnd.here(target), BbcpOptions.DEFAULT));
        assertThat(result.exit()).as(result.said()).isZero();
        assertThat(target).hasSameBinaryContentAs(source);
    }

    @Test
    void works_with_every_option_that_can_be_given() throws Exception {
        BbcpOptions all = options()
                .with(
                        Map.of(
                                "window",
                                "1MiB",
                                "ports",
                                "42100-42199",
                                "sync",
                                "file",
                                "dns",
                                "false",
                                "streams",
                                "16"),
                        new ArrayList<>())
                .limitedTo(1L << 30);
        assertThat(run(push(all)).exit()).isZero();
        assertThat(target).hasSameBinaryContentAs(source);
    }

    @Test
    void names_that_would_mean_something_to_a_shell_arrive_as_they_are() throws Exception {
        Path odd = Files.createDirectory(data.resolve("it's $(touch x) `y` ;* é"));
        target = odd.resolve("in-1");
        assertThat(run(push(options())).exit()).isZero();
        assertThat(target).hasSameBinaryContentAs(source);
        target = odd.resolve("missing").resolve("in-2");
        BbcpCommand command = push(options());
        assertThat(explained(command, run(command)).kind()).isEqualTo(FailureKind.LOCATION);
        assertThat(Path.of("x")).doesNotExist();
    }

    @Test
    void tells_how_far_it_is() throws Exception {
        content(8 << 20);
        List<Long> told = new ArrayList<>();
        BbcpResult result = new BbcpRun(LIMIT).run(push(options().limitedTo(SLOW)), told::add);
        assertThat(result.exit()).as(result.said()).isZero();
        assertThat(told.stream().mapToLong(Long::longValue).sum()).isEqualTo(8 << 20);
        assertThat(told.stream().filter(bytes -> bytes > 0).count())
                .as("steps of the whole: " + told)
                .isGreaterThanOrEqualTo(3);
    }

    @Test
    void never_touches_what_has_the_name_already() throws Exception {
        Files.write(target, new byte[3_000_001]);
        BbcpCommand command = push(options());
        BbcpResult result = run(command);
        assertThat(result.exit()).isEqualTo(22);
        assertThat(target).hasBinaryContent(new byte[3_000_001]);
        assertThat(explained(command, result)).hasMessageContaining("exists").satisfies(e -> assertThat(e.retryable())
                .isTrue());
    }

    @Test
    void a_missing_folder_there_is_charged_to_the_location() throws Exception {
        target = data.resolve("nowhere").resolve("incoming-1");
        BbcpCommand command = push(options());
        BbcpResult result = run(command);
        assertThat(result.exit()).isEqualTo(2);
        assertThat(explained(command, result))
                .hasMessageContaining("is not there: " + target.getParent())
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION));
    }

    @Test
    void a_missing_source_is_charged_to_the_item() throws Exception {
        Files.delete(source);
        for (BbcpCommand command : List.of(push(options()), pull(options()))) {
            BbcpResult result = run(command);
            assertThat(result.exit()).isEqualTo(2);
            assertThat(target).doesNotExist();
            assertThat(explained(command, result))
                    .hasMessageContaining(source + " is not there")
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.ITEM));
        }
    }

    @Test
    void a_missing_bbcp_there_is_charged_to_the_link_and_named() throws Exception {
        BbcpOptions options = options().with(Map.of("remote_command", "/opt/none/bbcp"), new ArrayList<>());
        BbcpCommand command = push(options);
        BbcpResult result = run(command);
        assertThat(result.exit()).isEqualTo(255);
        assertThat(explained(command, result))
                .hasMessageContaining("there is no program /opt/none/bbcp at " + Sshd.HOST)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LINK));
    }

    @Test
    void a_wrong_or_a_missing_key_is_charged_to_the_link_with_the_words_of_ssh() throws Exception {
        for (String ssh : List.of(sshd.sshWithAnotherKey(), sshd.sshWithoutAKey())) {
            BbcpCommand command = push(options(ssh));
            BbcpResult result = run(command);
            assertThat(result.exit()).isEqualTo(255);
            assertThat(explained(command, result))
                    .hasMessageContaining("cannot be reached by ssh")
                    .hasMessageContaining("Permission denied")
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LINK));
        }
    }

    @Test
    void a_host_that_no_name_server_knows_is_charged_to_the_link_and_named() throws Exception {
        BbcpEnd nowhere = new BbcpEnd("no-such-host.invalid", System.getProperty("user.name"), target);
        BbcpCommand command = command(BbcpEnd.here(source), nowhere, options());
        BbcpResult result = run(command);
        assertThat(result.exit()).isEqualTo(255);
        assertThat(explained(command, result))
                .hasMessageContaining("no-such-host.invalid cannot be reached by ssh")
                .hasMessageContaining("Could not resolve hostname")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LINK));
    }

    @Test
    void a_shell_there_that_prints_text_before_any_command_is_charged_to_the_link_with_a_remedy() throws Exception {
        sshd.printBeforeEveryCommand("Welcome to cologne!");
        for (BbcpCommand command : List.of(push(options()), pull(options()))) {
            BbcpResult result = run(command);
            assertThat(result.stalled()).as("it ends by itself").isFalse();
            assertThat(result.exit()).isEqualTo(255);
            assertThat(target).doesNotExist();
            assertThat(explained(command, result))
                    .hasMessageContaining("prints text before any command (\"Welcome to cologne!\")")
                    .hasMessageContaining("make it silent for commands")
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LINK));
        }
    }

    @Test
    void an_unknown_host_is_charged_to_the_link_and_nobody_is_asked() throws Exception {
        BbcpCommand command = push(options(sshd.sshWithoutKnowingIt()));
        BbcpResult result = run(command);
        assertThat(result.exit()).isEqualTo(255);
        assertThat(explained(command, result))
                .hasMessageContaining("cannot be reached by ssh")
                .hasMessageContaining("Host key verification failed")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LINK));
    }

    @Test
    void a_host_that_is_gone_is_charged_to_the_link_and_when_it_is_back_the_file_goes() throws Exception {
        sshd.stop();
        BbcpCommand command = push(options());
        BbcpResult result = run(command);
        assertThat(explained(command, result))
                .hasMessageContaining("Connection refused")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LINK));
        assertThat(sshd.listen()).isTrue();
        assertThat(run(command).exit()).isZero();
        assertThat(target).hasSameBinaryContentAs(source);
    }

    @Test
    void a_file_that_is_too_large_for_the_disk_there_is_charged_to_the_location() throws Exception {
        try (var big = Files.newByteChannel(source, StandardOpenOption.WRITE)) {
            // A hole: nobody has as much room as it claims.
            big.position(Files.getFileStore(data).getTotalSpace() * 4).write(java.nio.ByteBuffer.wrap(new byte[1]));
        }
        BbcpCommand command = push(options());
        BbcpResult result = run(command);
        assertThat(result.exit()).isEqualTo(28);
        assertThat(target).doesNotExist();
        assertThat(explained(command, result))
                .hasMessageContaining("bytes free for " + Files.size(source))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION));
    }

    @Test
    void a_source_that_grows_meanwhile_is_noticed_and_nothing_stays() throws Exception {
        content(16 << 20);
        Future<BbcpResult> run = under_way(push(options().limitedTo(SLOW * 2)), LIMIT);
        Files.write(source, new byte[1 << 20], StandardOpenOption.APPEND);
        assertThat(run.get(LIMIT.toSeconds(), TimeUnit.SECONDS).exit()).isEqualTo(128);
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(target).doesNotExist());
    }

    @Test
    void its_own_time_limit_ends_it_and_nothing_stays() throws Exception {
        content(64 << 20);
        BbcpCommand limited = new BbcpCommand(
                program.toString(),
                BbcpEnd.here(source),
                there(target),
                Files.size(source),
                options().limitedTo(SLOW),
                Duration.ofSeconds(2));
        BbcpResult result = run(limited);
        assertThat(result.exit()).isEqualTo(128);
        assertThat(target).doesNotExist();
        assertThat(explained(limited, result))
                .hasMessageContaining("2 s were not enough")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LINK));
    }

    @Test
    void an_interruption_ends_everybody_at_both_ends_and_nothing_stays_there() throws Exception {
        content(64 << 20);
        Future<BbcpResult> run = under_way(push(options().limitedTo(SLOW)), LIMIT);
        run.cancel(true);
        assertThatThrownBy(run::get).isInstanceOf(CancellationException.class);
        nobody_has_our_files_open();
        assertThat(target).doesNotExist();
    }

    @Test
    void an_interruption_while_pulling_ends_everybody_and_leaves_a_file_that_says_it_is_unfinished() throws Exception {
        content(64 << 20);
        Future<BbcpResult> run = under_way(pull(options().limitedTo(SLOW)), LIMIT);
        run.cancel(true);
        nobody_has_our_files_open();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("-w-------");
    }

    @Test
    void when_the_lease_is_gone_everybody_is_ended_before_it_is_told() throws Exception {
        content(64 << 20);
        AtomicLong beats = new AtomicLong();
        BbcpCommand command = push(options().limitedTo(SLOW));
        assertThatThrownBy(() -> new BbcpRun(LIMIT).run(command, bytes -> {
                    if (bytes > 0 && beats.incrementAndGet() == 2) {
                        throw new IllegalStateException("the lease is gone");
                    }
                }))
                .hasMessage("the lease is gone");
        assertThat(OpenFiles.openers(source)).as("at this end, at once").isEmpty();
        nobody_has_our_files_open();
        assertThat(target).doesNotExist();
    }

    @Test
    void a_killed_controller_leaves_nobody_behind_who_goes_on() throws Exception {
        content(64 << 20);
        Future<BbcpResult> run = under_way(push(options().limitedTo(SLOW)), LIMIT);
        ProcessHandle controller = ProcessHandle.current()
                .descendants()
                .filter(process -> OpenFiles.lastArgument(process).endsWith(target.toString()))
                .findFirst()
                .orElseThrow();
        signal("KILL", List.of(controller));
        BbcpResult result = run.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.exit()).isEqualTo(137);
        assertThat(OpenFiles.openers(source)).as("at this end, at once").isEmpty();
        nobody_has_our_files_open();
        assertThat(target).doesNotExist();
    }

    @Test
    void a_transfer_that_stands_still_is_ended_and_charged_to_the_link() throws Exception {
        content(64 << 20);
        BbcpCommand command = push(options().limitedTo(SLOW));
        Future<BbcpResult> run = under_way(command, STALL);
        List<ProcessHandle> agents = agentsThere();
        assertThat(agents).isNotEmpty();
        stopped.addAll(agents);
        signal("STOP", agents);
        BbcpResult result = run.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.stalled()).isTrue();
        assertThat(OpenFiles.openers(source)).as("at this end, at once").isEmpty();
        assertThat(explained(command, result))
                .hasMessageContaining("no byte has moved for too long")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.LINK));
        signal("CONT", agents);
        nobody_has_our_files_open();
        assertThat(target).doesNotExist();
    }

    @Test
    void a_host_that_dies_in_the_middle_is_charged_to_the_link_and_the_next_attempt_succeeds() throws Exception {
        content(32 << 20);
        BbcpCommand command = push(options().limitedTo(SLOW * 2));
        Future<BbcpResult> run = under_way(command, STALL);
        sshd.stop();
        BbcpResult result = run.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.exit() == 0).isFalse();
        assertThat(explained(command, result).kind()).isEqualTo(FailureKind.LINK);
        assertThat(sshd.listen()).isTrue();
        // As after any failure, under a name that nobody has.
        target = target.resolveSibling("incoming-2");
        assertThat(run(push(options())).exit()).isZero();
        assertThat(target).hasSameBinaryContentAs(source);
    }

    @Test
    void bytes_that_have_all_arrived_count_whatever_the_code_says() throws Exception {
        Path unhappy = Files.writeString(folder.resolve("unhappy"), "#!/bin/sh\n'" + program + "' \"$@\"\nexit 9\n");
        Files.setPosixFilePermissions(unhappy, PosixFilePermissions.fromString("rwx------"));
        for (BbcpEnd to : List.of(there(target), BbcpEnd.here(data.resolve("here-1")))) {
            BbcpCommand command =
                    new BbcpCommand(unhappy.toString(), BbcpEnd.here(source), to, Files.size(source), options(), LIMIT);
            BbcpResult result = run(command);
            assertThat(result.exit()).isEqualTo(9);
            assertThat(BbcpOutcome.explain(command, result, "x")).isEmpty();
            Files.setPosixFilePermissions(to.path(), PosixFilePermissions.fromString("-w-------"));
            assertThat(BbcpOutcome.explain(command, result, "x"))
                    .as("unfinished")
                    .isPresent();
            Files.setPosixFilePermissions(to.path(), PosixFilePermissions.fromString("rw-------"));
            Files.write(to.path(), new byte[1], StandardOpenOption.APPEND);
            assertThat(BbcpOutcome.explain(command, result, "x"))
                    .as("of another size")
                    .isPresent();
        }
    }

    @Test
    void a_settings_file_of_the_user_would_be_followed_and_is_not() throws Exception {
        Path hostile = Files.writeString(folder.resolve("bbcp.cf"), "-s 99\n");
        Path copy = data.resolve("copy");
        List<String> words = List.of(program.toString(), source.toString(), copy.toString());
        assertThat(exit(words, Map.of("bbcp_CONFIGFN", hostile.toString()))).isEqualTo(1);
        assertThat(exit(words, BbcpCommand.NO_SETTINGS_FILE)).isZero();
    }

    @Test
    void what_cannot_be_is_refused_by_its_code() throws Exception {
        Path copy = data.resolve("copy");
        for (List<String> wrong : List.of(List.of("-s", "65"), List.of("-w", "4096"), List.of("-y", "x"))) {
            List<String> words = new ArrayList<>(List.of(program.toString()));
            words.addAll(wrong);
            words.addAll(List.of(source.toString(), copy.toString()));
            assertThat(exit(words, BbcpCommand.NO_SETTINGS_FILE))
                    .as(wrong.toString())
                    .isEqualTo(1);
        }
    }

    @Test
    void a_line_end_in_a_name_would_name_two_files_and_is_never_shown_to_it() {
        Path two = data.resolve("ok\n" + data + "/secret");
        assertThatThrownBy(() -> BbcpEnd.here(two)).hasMessageContaining("control character");
    }

    private int exit(List<String> words, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }
}
