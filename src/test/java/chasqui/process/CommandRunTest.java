package chasqui.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.process.CommandEnd.How;
import chasqui.process.CommandRun.Limits;
import chasqui.recovery.FailureClassifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandRunTest {
    private static final Limits AMPLE = Limits.of(Duration.ofMinutes(1));
    /** A busy machine needs a while to start a shell, too. */
    private static final Limits TO_BE_PASSED = Limits.of(Duration.ofSeconds(4));

    private static final CommandRun.Watch NONE = () -> 0;

    @TempDir
    Path folder;

    private final Output.Kept out = Output.Kept.beginning(1_000);
    private final Output.Kept err = Output.Kept.end(1_000);

    private CommandEnd run(Limits limits, CommandRun.Watch watch, String... words) throws Exception {
        return CommandRun.run(new Command(List.of(words)), limits, watch, out, err);
    }

    private CommandEnd script(Limits limits, CommandRun.Watch watch, String script) throws Exception {
        return run(limits, watch, "bash", "-c", script, "script", folder.toString());
    }

    @Test
    void words_arrive_as_they_are() throws Exception {
        CommandEnd end =
                run(AMPLE, NONE, "printf", "[%s]", "a b", "$(touch /tmp/no)", "'; exit 3 #", "-n", "*", "", "\\n");

        assertThat(end.succeeded()).isTrue();
        assertThat(out.text()).isEqualTo("[a b][$(touch /tmp/no)]['; exit 3 #][-n][*][][\\n]");
    }

    @Test
    void the_exit_code_and_what_was_said_last_come_back() throws Exception {
        CommandEnd end = script(AMPLE, NONE, "echo to out; echo first >&2; printf 'no room\\033[1m' >&2; exit 7");

        assertThat(end.how()).isEqualTo(How.EXITED);
        assertThat(end).hasToString("ended with exit code 7");
        assertThat(out.text()).isEqualTo("to out");
        assertThat(err.text()).isEqualTo("first\nno room?[1m");
    }

    @Test
    void an_end_by_a_signal_is_told_as_one() throws Exception {
        assertThat(script(AMPLE, NONE, "kill -SEGV $$")).hasToString("was ended by signal 11");
    }

    @Test
    void nothing_of_this_process_environment_is_handed_on_but_what_is_plain() throws Exception {
        CommandRun.run(new Command(List.of("env"), Map.of("GIVEN", "yes")), AMPLE, NONE, out, err);

        assertThat(out.text().lines().map(line -> line.replaceAll("=.*", "")))
                .contains("PATH", "LC_ALL", "GIVEN")
                .isSubsetOf(
                        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "LC_ALL", "GIVEN", "PWD", "OLDPWD", "_",
                        "SHLVL");
    }

    /** Runs in a process of its own, whose PATH is not this one's. */
    static final class Starter {
        public static void main(String[] words) throws Exception {
            try {
                CommandRun.run(new Command(List.of(words)), AMPLE, NONE, Output.Kept.end(9), Output.Kept.end(9));
            } catch (IOException failure) {
                System.out.println(FailureClassifier.classify(new IOException("tape: " + failure, failure)));
            }
        }
    }

    @Test
    void a_machine_that_cannot_start_programs_is_the_platforms_trouble_and_no_items() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starter.class.getName(),
                        "/bin/true")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PATH", folder.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(said)
                .contains("kind=PLATFORM, retryable=true")
                .contains("/bin/true: cannot be started here")
                .contains("setsid");
    }

    @Test
    void a_program_that_is_not_there_is_named() {
        assertThatThrownBy(() -> run(AMPLE, NONE, "/opt/tape/none", "x"))
                .isInstanceOf(CommandMissing.class)
                .hasMessageContaining("/opt/tape/none: there is no such program here");
        assertThatThrownBy(() -> run(AMPLE, NONE, folder.toString())).isInstanceOf(CommandMissing.class);
        assertThatThrownBy(() -> run(AMPLE, NONE, "no-such-program-at-all")).isInstanceOf(CommandMissing.class);
    }

    @Test
    void at_its_time_limit_a_command_is_ended_with_all_its_children_whatever_they_ignore() throws Exception {
        CommandEnd end = script(TO_BE_PASSED, NONE, """
                trap '' TERM INT HUP
                (trap '' TERM; echo $BASHPID > "$1/child"; while :; do sleep 1; done) &
                echo $$ > "$1/parent"
                while :; do sleep 1; done
                """);

        assertThat(end.how()).isEqualTo(How.TIME_LIMIT);
        assertThat(alive("parent", "child")).isEmpty();
    }

    @Test
    void a_stopped_command_that_shows_no_progress_is_ended() throws Exception {
        Limits stall = new Limits(Duration.ofMinutes(1), Duration.ofSeconds(1));
        AtomicLong bytes = new AtomicLong();
        CommandRun.Watch untilItStands = () -> written("parent") ? bytes.get() : bytes.incrementAndGet();

        CommandEnd end = script(stall, untilItStands, "echo $$ > \"$1/parent\"; kill -STOP $$");

        assertThat(end.how()).isEqualTo(How.STALLED);
        assertThat(alive("parent")).isEmpty();
    }

    @Test
    void progress_keeps_a_silent_command_alive() throws Exception {
        AtomicLong bytes = new AtomicLong();
        Limits stall = new Limits(Duration.ofMinutes(1), Duration.ofSeconds(1));

        assertThat(script(stall, bytes::incrementAndGet, "sleep 2").succeeded()).isTrue();
    }

    @Test
    void what_a_command_leaves_in_the_background_ends_with_it() throws Exception {
        CommandEnd end = script(AMPLE, NONE, "sleep 600 & echo $! > \"$1/child\"; exit 0");

        assertThat(end.succeeded()).isTrue();
        assertThat(alive("child")).isEmpty();
    }

    @Test
    void a_watch_that_throws_ends_the_command() {
        AtomicInteger looks = new AtomicInteger();
        CommandRun.Watch losing = () -> {
            if (looks.incrementAndGet() > 5 && Files.exists(folder.resolve("parent"))) {
                throw new IllegalStateException("the lease is gone");
            }
            return 0;
        };

        assertThatThrownBy(() -> script(AMPLE, losing, "echo $$ > \"$1/parent\"; sleep 600"))
                .hasMessage("the lease is gone");
        assertThat(alive("parent")).isEmpty();
    }

    @Test
    void an_interrupt_ends_the_command() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread worker = new Thread(() -> {
            try {
                script(AMPLE, NONE, "echo $$ > \"$1/parent\"; sleep 600");
            } catch (Throwable stopped) {
                thrown.set(stopped);
            }
        });
        worker.start();
        await().until(() -> !pid("parent").isEmpty());

        worker.interrupt();
        worker.join(60_000);

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(alive("parent")).isEmpty();
    }

    @Test
    void a_command_that_prints_without_end_is_ended_like_any_other_and_kept_in_bounds() throws Exception {
        CommandEnd end = script(TO_BE_PASSED, NONE, "yes | tee /dev/stderr");

        assertThat(end.how()).isEqualTo(How.TIME_LIMIT);
        assertThat(out.text()).hasSizeBetween(900, 1_000);
        assertThat(err.text()).hasSizeBetween(900, 1_000);
    }

    @Test
    void who_keeps_the_output_open_in_a_session_of_its_own_holds_nothing_up() throws Exception {
        // The sixth field is its session: until it has one of its own, it ends with the others.
        CommandEnd end = script(AMPLE, NONE, """
                setsid sleep 600 &
                echo $! > "$1/daemon"
                until [ "$(cut -d ' ' -f 6 "/proc/$!/stat")" = "$!" ]; do :; done
                echo done
                """);

        try {
            assertThat(end.succeeded()).isTrue();
            assertThat(out.text()).isEqualTo("done");
            assertThat(alive("daemon")).hasSize(1);
        } finally {
            alive("daemon").forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** What another process of this test runs until it is killed. */
    public static void main(String[] arguments) throws Exception {
        CommandRun.run(
                new Command(List.of("bash", "-c", "echo $$ > \"$1/parent\"; sleep 600", "script", arguments[0])),
                AMPLE,
                NONE,
                Output.Kept.beginning(10),
                Output.Kept.end(10));
    }

    @Test
    void a_command_does_not_outlive_the_process_that_runs_it() throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CommandRunTest.class.getName(),
                        folder.toString())
                .inheritIO()
                .start();
        try {
            await().until(() -> !pid("parent").isEmpty());
            assertThat(alive("parent")).hasSize(1);
        } finally {
            program.destroyForcibly().waitFor();
        }

        await().untilAsserted(() -> assertThat(alive("parent")).isEmpty());
    }

    private boolean written(String file) {
        try {
            return !pid(file).isEmpty();
        } catch (IOException notYet) {
            return false;
        }
    }

    private String pid(String file) throws IOException {
        Path written = folder.resolve(file);
        return Files.exists(written) ? Files.readString(written).strip() : "";
    }

    /** Processes whose numbers are in these files and that still run; a zombie does not. */
    private List<ProcessHandle> alive(String... files) {
        List<ProcessHandle> alive = new ArrayList<>();
        for (String file : files) {
            try {
                assertThat(pid(file)).as(file).isNotEmpty();
                Path stat = Path.of("/proc", pid(file), "stat");
                if (Files.exists(stat) && !Files.readString(stat).contains(") Z ")) {
                    ProcessHandle.of(Long.parseLong(pid(file))).ifPresent(alive::add);
                }
            } catch (IOException ended) {
                // between the two looks
            }
        }
        return alive;
    }
}
