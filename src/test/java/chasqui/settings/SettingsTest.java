package chasqui.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final Map<String, String> KNOWN = Map.of(
            "chasqui.a.time", "5s", "chasqui.a.size", "2MiB", "chasqui.a.count", "3", "chasqui.a.names", "x, y,");

    private static Settings with(String key, String value) {
        return Settings.layered(KNOWN, List.of(Map.of(key, value)));
    }

    @Test
    void values_have_units() {
        Settings settings = Settings.layered(KNOWN, List.of());
        assertThat(settings.duration("chasqui.a.time")).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.bytes("chasqui.a.size")).isEqualTo(2L << 20);
        assertThat(settings.number("chasqui.a.count", 1, 10)).isEqualTo(3);
        assertThat(settings.list("chasqui.a.names")).containsExactly("x", "y");
        settings.requireValid();
    }

    @Test
    void every_declared_setting_is_read_somewhere() throws Exception {
        Properties declared = new Properties();
        try (InputStream in = SettingsTest.class.getResourceAsStream("/application.properties")) {
            declared.load(in);
        }
        String code = code();
        assertThat(declared.stringPropertyNames()).isNotEmpty().allSatisfy(key -> {
            // Pairs are read as "chasqui.retry" + ".first".
            int last = key.lastIndexOf('.');
            boolean whole = code.indexOf('"' + key + '"') >= 0;
            boolean pair = code.indexOf('"' + key.substring(0, last) + '"') >= 0
                    && code.indexOf("+ \"" + key.substring(last) + '"') >= 0;
            assertThat(whole || pair).as(key).isTrue();
        });
    }

    @Test
    void every_setting_that_is_read_is_declared() throws Exception {
        Set<String> declared = SettingsReader.read(null, Map.of(), Map.of()).keys();
        Matcher read = Pattern.compile("\\.(?:text|list|flag|number|duration|bytes)\\(\\s*\"(chasqui\\.[^\"]+)\"")
                .matcher(code());
        List<String> keys = read.results().map(found -> found.group(1)).toList();
        assertThat(keys).hasSizeGreaterThan(50);
        assertThat(declared).containsAll(keys);
    }

    @Test
    void every_number_s_range_stands_above_it() throws Exception {
        String declared = Files.readString(Path.of("src/main/resources/application.properties"));
        Matcher read = Pattern.compile("\\.number\\(\\s*\"([^\"]+)\", (\\d+), ([\\d_]+)\\)")
                .matcher(code());
        Map<String, String> ranges = new TreeMap<>();
        while (read.find()) {
            ranges.put(read.group(1), read.group(2) + " to " + read.group(3).replace("_", ""));
        }
        assertThat(ranges).hasSizeGreaterThan(10).allSatisfy((key, range) -> {
            String above = declared.substring(0, declared.indexOf("\n" + key + " ="));
            assertThat(above.substring(above.lastIndexOf(" = ") + 1)).as(key).contains(range);
        });
    }

    private static String code() throws IOException {
        StringBuilder code = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                code.append(Files.readString(file));
            }
        }
        return code.toString();
    }

    @Test
    void decimal_and_binary_sizes_differ() {
        assertThat(with("chasqui.a.size", "50GB").bytes("chasqui.a.size")).isEqualTo(50_000_000_000L);
        assertThat(with("chasqui.a.size", "50GiB").bytes("chasqui.a.size")).isEqualTo(50L << 30);
    }

    @Test
    void every_problem_is_named_at_once() {
        Settings settings = Settings.layered(
                KNOWN,
                List.of(Map.of(
                        "chasqui.a.time",
                        "soon",
                        "chasqui.a.size",
                        "0MiB",
                        "chasqui.a.count",
                        "11",
                        "chasqui.a.cuont",
                        "1")));
        settings.duration("chasqui.a.time");
        settings.bytes("chasqui.a.size");
        settings.number("chasqui.a.count", 1, 10);
        assertThatThrownBy(settings::requireValid)
                .isInstanceOf(SettingsRefused.class)
                .hasMessageContaining("chasqui.a.time = \"soon\": wants a time")
                .hasMessageContaining("chasqui.a.size = \"0MiB\": wants a size")
                .hasMessageContaining("chasqui.a.count = \"11\": wants a whole number from 1 to 10")
                .hasMessageContaining("chasqui.a.cuont: there is no such setting; did you mean chasqui.a.count?");
    }

    @Test
    void a_size_that_no_machine_has_is_refused_and_does_not_overflow() {
        Settings settings = with("chasqui.a.size", "99999999999TiB");
        settings.bytes("chasqui.a.size");
        assertThatThrownBy(settings::requireValid).hasMessageContaining("wants a size");
    }

    @Test
    void a_variable_of_ours_that_belongs_to_no_setting_stops_the_start_unless_it_is_the_launchers() {
        SettingsReader.read(null, Map.of("CHASQUI_BUILD", "never", "HOME", "/root"), Map.of())
                .requireValid();
        Settings settings = SettingsReader.read(null, Map.of("CHASQUI_PACKAGING_SIZECAP", "1GB"), Map.of());
        assertThatThrownBy(settings::requireValid)
                .hasMessageContaining("CHASQUI_PACKAGING_SIZECAP: there is no such setting")
                .hasMessageContaining("did you mean CHASQUI_PACKAGING_SIZE_CAP?");
    }

    @Test
    void the_command_line_wins_over_the_environment_and_that_over_the_file(@TempDir Path folder) throws Exception {
        Path file =
                Files.writeString(folder.resolve("my.properties"), "chasqui.node.name = file\nchasqui.drain = 1s\n");
        Map<String, String> environment = Map.of("CHASQUI_NODE_NAME", "environment");
        assertThat(SettingsReader.read(file, Map.of(), Map.of()).text("chasqui.node.name"))
                .isEqualTo("file");
        assertThat(SettingsReader.read(file, environment, Map.of()).text("chasqui.node.name"))
                .isEqualTo("environment");
        Settings settings = SettingsReader.read(file, environment, Map.of("chasqui.node.name", "line"));
        assertThat(settings.text("chasqui.node.name")).isEqualTo("line");
        assertThat(settings.duration("chasqui.drain")).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void a_key_without_its_prefix_is_refused_in_a_settings_file(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("my.properties"), "deletion.enabled = false\n");
        assertThatThrownBy(() -> SettingsReader.read(file, Map.of(), Map.of()).requireValid())
                .hasMessageContaining("deletion.enabled: there is no such setting");
    }

    @Test
    void a_settings_file_that_is_not_there_is_named(@TempDir Path folder) {
        assertThatThrownBy(() -> SettingsReader.read(folder.resolve("none.properties"), Map.of(), Map.of()))
                .hasMessageContaining("none.properties");
    }

    @Test
    void every_example_of_an_environment_holds_settings_that_exist() throws Exception {
        List<Path> examples;
        try (Stream<Path> all = Files.walk(Path.of("deploy"))) {
            examples = all.filter(file -> file.toString().matches(".*\\.env(\\.example)?"))
                    .toList();
        }
        assertThat(examples).hasSizeGreaterThan(4);
        for (Path example : examples) {
            Map<String, String> environment = new HashMap<>();
            for (String line : Files.readAllLines(example)) {
                Matcher variable = Pattern.compile("#?([A-Z][A-Z0-9_]+)=(.*)").matcher(line);
                if (variable.matches()) {
                    environment.put(variable.group(1), variable.group(2));
                }
            }
            assertThat(environment).as(example.toString()).isNotEmpty();
            SettingsReader.read(null, environment, Map.of()).requireValid();
        }
    }
}
