package chasqui.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import chasqui.pipeline.Recurring;
import chasqui.pipeline.Stage;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("chasqui");
    private static final String[] STAGES = Arrays.stream(Stage.values())
            .map(stage -> "chasqui." + stage.packageName() + "..")
            .toArray(String[]::new);

    @Test
    void a_stage_never_imports_another_stage() {
        for (String stage : STAGES) {
            String[] others =
                    Arrays.stream(STAGES).filter(other -> !other.equals(stage)).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(stage)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(CODE);
        }
    }

    @Test
    void only_the_wiring_knows_camel() {
        noClasses()
                .that()
                .resideOutsideOfPackage("chasqui.runtime..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.camel..")
                .check(CODE);
    }

    @Test
    void the_kernel_knows_no_stage_and_nothing_above_it() {
        noClasses()
                .that()
                .resideInAPackage("chasqui.pipeline..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "chasqui.runtime..",
                        "chasqui.command..",
                        "chasqui.catalogue..",
                        "chasqui.topology..",
                        "chasqui.demo..")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(STAGES)
                .check(CODE);
    }

    @Test
    void the_byte_path_knows_nothing_of_the_pipeline() {
        noClasses()
                .that()
                .resideInAPackage("chasqui.storage..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "chasqui.pipeline..", "chasqui.catalogue..", "chasqui.topology..", "chasqui.runtime..")
                .check(CODE);
    }

    @Test
    void packages_form_no_cycles() {
        slices().matching("chasqui.(*)..").should().beFreeOfCycles().check(CODE);
    }

    @Test
    void what_is_done_again_and_again_comes_again_whatever_it_throws() {
        classes()
                .that()
                .doNotBelongToAnyOf(Recurring.class)
                .should(new ArchCondition<>("schedule only as Recurring") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        type.getMethodCallsFromSelf().stream()
                                .filter(call -> Set.of("scheduleWithFixedDelay", "scheduleAtFixedRate")
                                        .contains(call.getName()))
                                .forEach(
                                        call -> events.add(SimpleConditionEvent.violated(call, call.getDescription())));
                    }
                })
                .check(CODE);
    }

    @Test
    void names_that_say_nothing_are_not_used() {
        classes()
                .should()
                .haveNameNotMatching(".*(Helper|Utils?|Impl|Processor)$")
                .check(CODE);
    }

    @Test
    void every_package_says_what_it_is_for() throws Exception {
        try (Stream<Path> folders = Files.walk(Path.of("src/main/java/chasqui"))) {
            List<Path> silent = folders.filter(Files::isDirectory)
                    .filter(folder -> !folder.endsWith("chasqui"))
                    .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                    .toList();
            assertThat(silent).isEmpty();
        }
    }

    @Test
    void enum_packages_and_route_files_tell_the_same_order_of_stages() throws Exception {
        for (Stage stage : Stage.values()) {
            assertThat(Path.of("src/main/java/chasqui", stage.packageName())).isDirectory();
        }
        List<String> known = Arrays.stream(Stage.values()).map(Stage::routeFile).toList();
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            List<String> numbered = files.map(file -> file.getFileName().toString())
                    .filter(name -> Character.isDigit(name.charAt(0)))
                    .sorted()
                    .toList();
            assertThat(known).containsAll(numbered);
            assertThat(numbered).containsAll(known.subList(Stage.PACKAGING.ordinal(), known.size()));
        }
    }
}
