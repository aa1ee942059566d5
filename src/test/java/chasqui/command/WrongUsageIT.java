package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.Program;
import chasqui.testing.Program.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a slip of the hand gets: one message that says what and what next, and nothing made on disk. */
class WrongUsageIT {
    @TempDir
    Path folder;

    @Test
    void looking_in_a_folder_without_a_home_says_so_and_makes_none() throws Exception {
        for (String command :
                new String[] {"status", "trace x", "stage p --to a/b", "file . --instrument i --observation o"}) {
            Ended ended = run(command.split(" "));
            assertThat(ended.exit()).as(command).isEqualTo(ChasquiCommand.FAILED);
            assertThat(ended.err()).as(command).contains("there is no home at").contains("--home DIR");
            assertThat(folder.resolve("chasqui-home")).doesNotExist();
        }
    }

    @Test
    void a_topology_file_that_is_not_there_is_named_before_anything_starts() throws Exception {
        Ended ended = run("topology", "apply", "none.yaml");
        assertThat(ended.exit()).isEqualTo(2);
        assertThat(ended.err()).contains("none.yaml: there is no such file");
        assertThat(folder.resolve("chasqui-home")).doesNotExist();
    }

    @Test
    void a_location_without_its_site_is_wrong_usage_of_preflight_and_no_wrong_setting() throws Exception {
        Ended ended = run("preflight", "buffer");
        assertThat(ended.exit()).isEqualTo(ChasquiCommand.REFUSED);
        assertThat(ended.err())
                .contains("\"buffer\": wants site/location")
                .doesNotContain("chasqui.worker.locations: \"");
    }

    @Test
    void every_command_tells_the_version() throws Exception {
        for (String command : new String[] {"--version", "run --version", "topology apply --version"}) {
            assertThat(run(command.split(" ")).out()).as(command).startsWith("chasqui ");
        }
    }

    @Test
    void a_setting_that_cannot_be_is_refused_and_no_trace_of_java_is_shown() throws Exception {
        Path config = Files.writeString(
                folder.resolve("my.properties"), "chasqui.database.connections = many\nchasqui.hom = x\n");
        Ended ended = run("run", "--config", config.toString());
        assertThat(ended.exit()).isEqualTo(ChasquiCommand.REFUSED);
        assertThat(ended.err()).contains("chasqui.hom: there is no such setting; did you mean chasqui.home?");
        assertThat(ended.err()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(run("nonsense").exit()).isEqualTo(ChasquiCommand.REFUSED);
    }

    private Ended run(String... arguments) throws Exception {
        return Program.run(folder, Duration.ofMinutes(2), arguments);
    }
}
