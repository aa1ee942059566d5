package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.command.ChasquiCommand;
import chasqui.runtime.routes.Problem;
import chasqui.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The product's route files with one mistake in them: it is found without a service, with file, line and remedy. */
class RoutesLookTest {
    @TempDir
    private Path folder;

    private RoutesLook look;

    @BeforeEach
    void a_copy_of_the_route_files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        look = new RoutesLook(SettingsReader.read(null, Map.of(), Map.of("chasqui.routes", folder.toString())));
    }

    @AfterEach
    void close() {
        look.close();
    }

    @Test
    void the_files_of_the_product_can_be_run() throws IOException {
        assertThat(look.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a key | - circuitBreaker: | - cirkuitBreaker: | Unknown node id: cirkuitBreaker",
                "a key inside | - to: { id: pack, | - to: { ide: pack, | Unsupported field: ide",
                "YAML | description: \"Packs | description: \"Packs \" | this is not YAML",
                "a bean | bean:packagingWorker | bean:packagingWorkr | no bean packagingWorkr (did you mean packagingWorker?)",
                "a method | packagingManager\", parameters: { method: findWork } | packagingManager\", parameters: { method: findWrk } | bean packagingManager has no method findWrk (did you mean findWork?)",
                "arguments | claim('{{queue}}') | claim('{{queue}}', 3) | method claim of bean workDesk does not take 2 arguments; it takes 1",
                "a setting | {{chasqui.manager.delay-ms}} | {{chasqui.manager.delay}} | nothing is called {{chasqui.manager.delay}} (did you mean chasqui.manager.delay-ms?)",
                "a parameter | setBody: { constant: \"{{queue}}\" } | setBody: { constant: \"{{quue}}\" } | nothing is called {{quue}} (did you mean queue?)",
                "a parameter without value | - { name: queue, | - { name: more, | parameter more gets no value",
                "a beginning | uri: \"{{endpoint}}\" | uri: \"direct:{{queue}}\" | does not begin with {{endpoint}}",
                "a breaker | locationCircuit | lokationCircuit | No bean could be found in the registry for: lokationCircuit",
                "a pool | #managerPool | #managerPol | No bean could be found in the registry for: managerPol",
                "a scheme | scheduler:packaging | shceduler:packaging | No endpoint could be found for: shceduler",
                "an option | initialDelay: | initialDelai: | Unknown parameters=[{initialDelai",
                "an expression | ${body} != null | ${bodi} != null | Unknown function: bodi",
                "an exception | java.lang.Exception | java.lang.Exceptio | there is no class java.lang.Exceptio",
                "another route | direct:operation-failed | direct:operation-faild | no route begins with direct:operation-faild (did you mean operation-failed?)",
                "a configuration | routeConfigurationId: loop | routeConfigurationId: loup | no routeConfiguration loup (did you mean loop?)",
                "an id | id: packaging-manager | id: assembly-manager | stands in",
                "no id | id: packaging-manager | precondition: \"true\" | has no id"
            })
    void a_mistake_is_found_with_its_line(String what, String right, String wrong, String says) throws IOException {
        Path file = folder.resolve("1-packaging.camel.yaml");
        List<String> lines = Files.readAllLines(file);
        int line = 0;
        while (!lines.get(line).contains(right)) {
            line++;
        }
        lines.set(line, lines.get(line).replace(right, wrong));
        Files.write(file, lines);

        List<Problem> problems = look.problems();
        assertThat(problems).as(what).anySatisfy(problem -> assertThat(problem.says())
                .contains(says));
        assertThat(problems)
                .filteredOn(problem -> problem.says().contains(says))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.line()).isGreaterThan(0);
                    assertThat(problem.says()).contains(";");
                });
        if (!List.of("an id", "no id", "YAML").contains(what)) {
            assertThat(problems)
                    .singleElement()
                    .hasToString("1-packaging.camel.yaml:" + (line + 1) + ": "
                            + problems.get(0).says());
        }
    }

    @Test
    void mistakes_of_all_files_are_told_at_once() throws IOException {
        replace("1-packaging.camel.yaml", "bean:packagingWorker", "bean:packagingWorkr");
        replace("2-assembly.camel.yaml", "method: findWork", "method: findWrk");
        replace("3-transfer.camel.yaml", "toD:", "tuD:");
        replace("3-transfer.camel.yaml", "method=claim", "method=klaim");
        replace("7-deletion.camel.yaml", "description: \"Finds", "description: Finds\"");
        replace("7-deletion.camel.yaml", "from:", "from");
        assertThat(look.problems())
                .extracting(Problem::file)
                .containsExactly(
                        "1-packaging.camel.yaml",
                        "2-assembly.camel.yaml",
                        "3-transfer.camel.yaml",
                        "3-transfer.camel.yaml",
                        "7-deletion.camel.yaml");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1-packaging | no route calls bean packagingManager",
                "failure-policy | no route begins with direct:operation-failed",
                "queues | no route begins with direct:offer",
                "recovery | no route calls bean monitor"
            })
    void a_file_that_is_gone_is_missed(String file, String says) throws IOException {
        Files.delete(folder.resolve(file + ".camel.yaml"));
        assertThat(look.problems())
                .anySatisfy(problem -> assertThat(problem.says()).contains(says));
    }

    @Test
    void an_empty_file_and_an_empty_folder_are_told() throws IOException {
        Files.writeString(folder.resolve("mine.camel.yaml"), "");
        assertThat(look.problems())
                .singleElement()
                .hasToString(
                        "mine.camel.yaml:1: wants a list of routes (\"- route:\" and so on); remove the file if it is"
                                + " to have none");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertThat(look.problems().get(0))
                .hasToString("the folder: there is no *.camel.yaml in it; put the files back");
    }

    @Test
    void the_command_says_the_same_by_its_exit_code() throws IOException {
        assertThat(ChasquiCommand.execute("routes", "check", folder.toString())).isEqualTo(ChasquiCommand.DONE);
        replace("1-packaging.camel.yaml", "bean:packagingWorker", "bean:packagingWorkr");
        assertThat(ChasquiCommand.execute("routes", "check", folder.toString())).isEqualTo(ChasquiCommand.REFUSED);
        assertThat(ChasquiCommand.execute(
                        "routes", "check", folder.resolve("nowhere").toString()))
                .isEqualTo(ChasquiCommand.REFUSED);
    }

    private void replace(String name, String right, String wrong) throws IOException {
        Path file = folder.resolve(name);
        assertThat(Files.readString(file)).contains(right);
        Files.writeString(file, Files.readString(file).replace(right, wrong));
    }
}
