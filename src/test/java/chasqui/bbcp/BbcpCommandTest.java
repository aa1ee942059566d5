package chasqui.bbcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BbcpCommandTest {
    private static final Path FILE = Path.of("/buffer/dtp/a b.tar");
    private static final Path INCOMING = Path.of("/data/.chasqui/incoming/x-1");
    private static final String MANNERS = " -x -a -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15"
            + " -oServerAliveCountMax=4 -oControlMaster=no -oControlPath=none -oLogLevel=ERROR ";

    private static List<String> words(BbcpEnd from, BbcpEnd to, BbcpOptions options) {
        return new BbcpCommand("bbcp", from, to, 64 << 20, options, Duration.ofSeconds(700)).words();
    }

    @Test
    void a_push_says_everything_in_literal_words() {
        BbcpOptions options = BbcpOptions.DEFAULT
                .with(
                        Map.of("streams", "8", "window", "16MiB", "ports", "5031-5050", "ssh", "ssh -p 22"),
                        new ArrayList<>())
                .limitedTo(50_000_000L);
        assertThat(words(BbcpEnd.here(FILE), new BbcpEnd("cologne.example.org", "chasqui", INCOMING), options))
                .containsExactly(
                        "bbcp",
                        "-v",
                        "-P",
                        "2",
                        "-s",
                        "8",
                        "-w",
                        "=16777216",
                        "-Z",
                        "5031:5050",
                        "-x",
                        "50000000",
                        "-y",
                        "dd",
                        "-t",
                        "700",
                        "-T",
                        "ssh -p 22" + MANNERS + "-l chasqui cologne.example.org bbcp",
                        "/buffer/dtp/a b.tar",
                        "chasqui@cologne.example.org:/data/.chasqui/incoming/x-1");
    }

    @Test
    void a_pull_lets_the_other_end_listen_so_that_a_firewall_here_stays_shut() {
        assertThat(words(new BbcpEnd("fd00::7", null, FILE), BbcpEnd.here(INCOMING), BbcpOptions.DEFAULT))
                .containsExactly(
                        "bbcp",
                        "-v",
                        "-P",
                        "2",
                        "-s",
                        "8",
                        "-y",
                        "dd",
                        "-t",
                        "700",
                        "-n",
                        "-S",
                        "ssh" + MANNERS + "fd00::7 bbcp",
                        "-z",
                        "[fd00::7]:/buffer/dtp/a b.tar",
                        "/data/.chasqui/incoming/x-1");
    }

    @Test
    void a_small_file_gets_no_time_limit_because_bbcp_may_wait_for_it_to_pass() {
        BbcpEnd here = BbcpEnd.here(FILE);
        assertThat(new BbcpCommand("bbcp", here, here, (64 << 20) - 1, BbcpOptions.DEFAULT, Duration.ofSeconds(9))
                        .words())
                .doesNotContain("-t");
        assertThat(words(here, here, BbcpOptions.DEFAULT)).contains("-t");
    }

    @Test
    void two_ends_elsewhere_are_refused() {
        BbcpEnd there = new BbcpEnd("a", null, FILE);
        assertThatThrownBy(() -> words(there, there, BbcpOptions.DEFAULT)).hasMessageContaining("one end must be here");
    }

    @Test
    void what_holds_a_secret_in_our_environment_is_not_handed_on() {
        Map<String, String> environment = new BbcpCommand(
                        "bbcp",
                        BbcpEnd.here(FILE),
                        BbcpEnd.here(INCOMING),
                        1,
                        BbcpOptions.DEFAULT,
                        Duration.ofSeconds(1))
                .asCommand()
                .environment();
        assertThat(environment).containsEntry("bbcp_CONFIGFN", "/dev/null");
        assertThat(environment.keySet()).isSubsetOf("bbcp_CONFIGFN", "SSH_AUTH_SOCK");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-oProxyCommand=touch PWN",
                "-oProxyCommand=x",
                "",
                "a b",
                "a;b",
                "a/b",
                "a@b",
                "a\nb",
                "$(id)",
                "a:b",
                ":",
                "[::1]",
                "fe80::1%eth0",
                "%H",
                "höst"
            })
    void a_host_that_is_none_is_refused(String host) {
        assertThatThrownBy(() -> new BbcpEnd(host, null, FILE)).hasMessageContaining("is no name or address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-oProxyCommand=x", "", "a b", "a@b", "a:b", "root -oX", "a\tb"})
    void a_user_that_is_none_is_refused(String user) {
        assertThatThrownBy(() -> new BbcpEnd("host", user, FILE)).hasMessageContaining("is no name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a\nb", "/a\tb", "/a\u001ab", "/a\rb", "/a\u007fb", "relative", "/a/../b"})
    void a_path_that_bbcp_would_read_as_something_else_is_refused(String path) {
        assertThatThrownBy(() -> BbcpEnd.here(Path.of(path)))
                .hasMessageContaining("path \"")
                .message()
                .doesNotContain("\n", "\t", "\r", "\u001a");
    }

    @Test
    void a_path_longer_than_its_buffers_is_refused() {
        assertThatThrownBy(() -> BbcpEnd.here(Path.of("/" + "ä".repeat(200) + "/x".repeat(350))))
                .hasMessageContaining("longer than 1000 bytes");
    }

    @Test
    void its_time_limit_grows_with_the_size() {
        assertThat(BbcpCommand.longestFor(0, 1 << 20)).isEqualTo(Duration.ofMinutes(10));
        assertThat(BbcpCommand.longestFor(50L << 30, 1 << 20)).isEqualTo(Duration.ofSeconds(600 + 51_200));
    }
}
