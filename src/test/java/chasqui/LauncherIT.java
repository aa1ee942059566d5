package chasqui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in the root of the project, in a copy of the tree whose path has blanks in it. */
class LauncherIT {
    private static final Path PROJECT = Path.of("").toAbsolutePath();
    private static final Map<String, String> NO_ARCHIVE = Map.of("CHASQUI_ARCHIVE", "off");

    @TempDir
    Path temporary;

    private record Ended(int status, String out, String err) {}

    @Test
    void two_that_start_at_once_in_a_fresh_tree_build_once_and_both_answer() throws Exception {
        assumeTrue(run(List.of("mvn", "--version"), Map.of()).status() == 0, "needs Maven on the PATH");
        Path tree = Files.createDirectory(temporary.resolve("a fresh tree"));
        Files.copy(PROJECT.resolve("pom.xml"), tree.resolve("pom.xml"));
        copyLauncher(tree);
        copy(PROJECT.resolve("src/main"), tree.resolve("src/main"));
        List<String> command = List.of(tree.resolve("chasqui").toString(), "--help");

        Process first = start(command, NO_ARCHIVE, temporary.resolve("first"));
        Process second = start(command, NO_ARCHIVE, temporary.resolve("second"));

        List<Integer> ends = List.of(first.waitFor(), second.waitFor());
        String said =
                Files.readString(temporary.resolve("first.err")) + Files.readString(temporary.resolve("second.err"));
        assertThat(ends).as(said).containsExactly(0, 0);
        assertThat(said.split("chasqui: building", -1)).hasSize(2);
        assertThat(run(command, NO_ARCHIVE).err()).doesNotContain("building");
    }

    @Test
    void it_runs_from_anywhere_through_a_link_and_builds_nothing_in_an_installed_copy() throws Exception {
        Path tree = installed("an installed tree");
        Path link = Files.createSymbolicLink(temporary.resolve("a link"), tree.resolve("chasqui"));
        Files.createDirectories(tree.resolve("src/main"));
        Files.createFile(tree.resolve("pom.xml"));
        Ended ended =
                run(List.of(link.toString(), "--help"), Map.of("CHASQUI_ARCHIVE", "off", "CHASQUI_BUILD", "never"));
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.err()).doesNotContain("building");
    }

    @Test
    void the_class_data_archive_is_made_afterwards_and_used_then() throws Exception {
        // Java 17 archives no classes whose path has a blank in it.
        Path tree = installed("installed");
        List<String> command = List.of(tree.resolve("chasqui").toString(), "--help");
        assertThat(run(command, NO_ARCHIVE).status()).isZero();
        assertThat(archiveIn(tree)).isFalse();
        assertThat(run(command, Map.of()).status()).isZero();
        Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> archiveIn(tree));
        Ended ended = run(command, Map.of("CHASQUI_JAVA_OPTS", "-Xlog:class+load:stderr"));
        assertThat(ended.status()).isZero();
        assertThat(ended.out() + ended.err()).containsPattern("chasqui\\.Chasqui source: shared objects file");
    }

    @Test
    void a_missing_java_is_named_with_the_remedy() throws Exception {
        Path tree = installed("an installed tree");
        Ended ended = run(List.of(tree.resolve("chasqui").toString()), Map.of("JAVA_HOME", "/nowhere"));
        assertThat(ended.status()).isEqualTo(70);
        assertThat(ended.err()).contains("JAVA_HOME is /nowhere", "JDK 17");
    }

    @Test
    void an_old_java_is_refused_by_its_version() throws Exception {
        Path old = Files.createDirectories(temporary.resolve("jdk-11/bin")).getParent();
        Files.createFile(
                old.resolve("bin/java"),
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        Ended ended = run(
                List.of(installed("an installed tree").resolve("chasqui").toString()),
                Map.of("JAVA_HOME", old.toString()));
        assertThat(ended.status()).isEqualTo(70);
        assertThat(ended.err()).contains("is Java 11.0.2", "needs 17");
    }

    /** A tree with the built program and no source. */
    private Path installed(String name) throws IOException {
        Path tree = Files.createDirectory(temporary.resolve(name));
        copyLauncher(tree);
        Path target = Files.createDirectory(tree.resolve("target"));
        Files.copy(PROJECT.resolve("target/chasqui.jar"), target.resolve("chasqui.jar"));
        Files.setLastModifiedTime(
                target.resolve("chasqui.jar"), FileTime.from(Instant.now().minusSeconds(60)));
        copy(PROJECT.resolve("target/lib"), target.resolve("lib"));
        return tree;
    }

    private static boolean archiveIn(Path tree) throws IOException {
        try (Stream<Path> files = Files.list(tree.resolve("target"))) {
            return files.map(Path::toString).anyMatch(name -> name.endsWith(".jsa") || name.endsWith(".aot"));
        }
    }

    private static void copyLauncher(Path tree) throws IOException {
        Files.copy(PROJECT.resolve("chasqui"), tree.resolve("chasqui"), StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                Files.createDirectories(target.getParent());
                Files.copy(path, target);
            }
        }
    }

    private Ended run(List<String> command, Map<String, String> environment) throws Exception {
        Path name = Files.createTempFile(temporary, "said", "");
        int status = start(command, environment, name).waitFor();
        return new Ended(status, Files.readString(Path.of(name + ".out")), Files.readString(Path.of(name + ".err")));
    }

    private static Process start(List<String> command, Map<String, String> environment, Path name) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(Path.of(name + ".out").toFile())
                .redirectError(Path.of(name + ".err").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
