package chasqui.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say exists, exists. */
class DocumentsTest {
    private static final Pattern QUOTED = Pattern.compile("`([^`\n]+)`");
    private static final Pattern TEST = Pattern.compile("(\\w+(?:Test|IT|Contract))(?:\\.([a-z]\\w*))?");
    private static final Pattern SENTENCE = Pattern.compile("[a-z0-9]+(?:_[a-z0-9]+){3,}");
    private static final Pattern KEY = Pattern.compile("chasqui(?:\\.[a-z][a-z-]*){1,4}");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @Test
    void decisions_are_numbered_once_and_each_is_confirmed_by_tests_that_exist() throws IOException {
        String tests = text(files("src/test/java", ".java"));
        Set<String> numbers = new HashSet<>();
        List<String> missing = new ArrayList<>();
        for (Path decision : files("docs/decisions", ".md")) {
            String name = decision.getFileName().toString();
            String text = Files.readString(decision);
            assertThat(numbers.add(name.substring(0, 4))).as(name).isTrue();
            assertThat(text).as(name).startsWith("# " + name.substring(0, 4) + " ");
            for (String part : List.of("Question", "Options", "Decision", "Consequences", "Confirmation")) {
                assertThat(text).as(name).contains("**" + part + ".**");
            }
            Matcher quoted = QUOTED.matcher(text.substring(text.indexOf("**Confirmation.**")));
            int confirmed = 0;
            while (quoted.find()) {
                Matcher test = TEST.matcher(quoted.group(1));
                boolean isTest = test.matches();
                if (isTest && !tests.contains("class " + test.group(1) + " ")) {
                    missing.add(name + ": " + quoted.group(1));
                }
                String method = isTest ? test.group(2) : quoted.group(1);
                if (method != null
                        && (isTest || SENTENCE.matcher(method).matches())
                        && !tests.contains("void " + method + "(")) {
                    missing.add(name + ": " + quoted.group(1));
                }
                confirmed += isTest ? 1 : 0;
            }
            assertThat(confirmed).as(name + " names its tests").isPositive();
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void every_setting_that_a_document_names_exists() throws IOException {
        Properties known = new Properties();
        try (var in = Files.newInputStream(Path.of("src/main/resources/application.properties"))) {
            known.load(in);
        }
        List<Path> documents = new ArrayList<>(files("docs", ".md"));
        documents.add(Path.of("README.md"));
        List<String> unknown = new ArrayList<>();
        for (Path document : documents) {
            Matcher quoted = QUOTED.matcher(Files.readString(document));
            while (quoted.find()) {
                String key = quoted.group(1);
                if (KEY.matcher(key).matches()
                        && !known.containsKey(key)
                        && !Files.isDirectory(Path.of("src/main/java", key.split("\\.")))) {
                    unknown.add(document + ": " + key);
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void every_link_inside_the_repository_leads_somewhere() throws IOException {
        List<Path> documents = new ArrayList<>(files("docs", ".md"));
        documents.add(Path.of("README.md"));
        for (Path document : documents) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                assertThat(document.toAbsolutePath().resolveSibling(link.group(1)))
                        .as(document.toString())
                        .exists();
            }
        }
    }

    @Test
    void every_setting_is_explained_where_it_stands() throws IOException {
        boolean explained = false;
        List<String> silent = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("src/main/resources/application.properties"))) {
            if (line.startsWith("#")) {
                explained = !line.startsWith("# ---");
            } else if (line.isBlank()) {
                explained = false;
            } else if (!explained) {
                silent.add(line);
            }
        }
        assertThat(silent).isEmpty();
    }

    private static List<Path> files(String folder, String ending) throws IOException {
        try (Stream<Path> all = Files.walk(Path.of(folder))) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private static String text(List<Path> files) throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path file : files) {
            all.append(Files.readString(file));
        }
        return all.toString();
    }
}
