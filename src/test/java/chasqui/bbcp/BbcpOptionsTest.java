package chasqui.bbcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BbcpOptionsTest {
    private final List<String> problems = new ArrayList<>();

    private BbcpOptions read(Map<String, String> options) {
        return BbcpOptions.DEFAULT.with(options, problems);
    }

    @Test
    void a_route_says_what_is_different() {
        assertThat(read(Map.of(
                        "streams", "16",
                        "window", "8MiB",
                        "ports", "5031-5050",
                        "sync", "file",
                        "ssh", "ssh -p 2222 -i /etc/chasqui/key -J gate.example.org",
                        "remote_command", "/opt/bbcp/bin/bbcp",
                        "dns", "false")))
                .isEqualTo(new BbcpOptions(
                        16,
                        8 << 20,
                        "5031:5050",
                        false,
                        0,
                        List.of("ssh", "-p", "2222", "-i", "/etc/chasqui/key", "-J", "gate.example.org"),
                        "/opt/bbcp/bin/bbcp",
                        false));
        assertThat(problems).isEmpty();
    }

    @Test
    void everything_that_is_wrong_is_told_at_once() {
        BbcpOptions kept = read(Map.of(
                "streams", "17",
                "window", "4KiB",
                "ports", "5050-5031",
                "sync", "never",
                "ssh", "ssh -oProxyCommand=x",
                "remote_command", "bbcp; rm -rf /",
                "dns", "maybe",
                "colour", "red"));
        assertThat(problems)
                .hasSize(8)
                .anyMatch(problem -> problem.startsWith("colour: bbcp has no such option; it has dns, ports,"))
                .contains("streams: \"17\" will not do; wants 1 to 16");
        assertThat(kept).isEqualTo(BbcpOptions.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ssh 'a b'",
                "ssh %H",
                "ssh -i %d/key",
                "-oProxyCommand=touch",
                "ssh -oLocalCommand=touch",
                "ssh -o knownhostscommand=/x",
                "ssh -oControlMaster=auto",
                "ssh\t-v",
                "ssh $HOME",
                "ssh `id`",
                "ssh;id"
            })
    void words_that_would_be_split_expanded_or_run_are_refused(String ssh) {
        read(Map.of("ssh", ssh));
        assertThat(problems).hasSize(1).first().asString().startsWith("ssh: ");
    }

    @Test
    void a_rate_becomes_the_nearest_that_bbcp_can_express() {
        assertThat(BbcpOptions.DEFAULT.limitedTo(null).rateLimitBytesPerSecond())
                .isZero();
        assertThat(BbcpOptions.DEFAULT.limitedTo(1L).rateLimitBytesPerSecond()).isEqualTo(1024);
        assertThat(BbcpOptions.DEFAULT.limitedTo(5_000_000L).rateLimitBytesPerSecond())
                .isEqualTo(5_000_000);
        assertThat(BbcpOptions.DEFAULT.limitedTo(2L << 30).rateLimitBytesPerSecond())
                .isZero();
    }
}
