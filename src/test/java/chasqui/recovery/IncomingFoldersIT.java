package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncomingFoldersIT {
    private final TestDatabase database = new TestDatabase();
    private final IncomingFolders folders = new IncomingFolders(database.jdbi());
    private Locations locations;
    private DataLocation buffer;

    @BeforeEach
    void a_buffer(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        locations = new Locations(database.jdbi());
        buffer = locations.refresh().locations().stream()
                .filter(location -> location.label().equals("ccat/buffer"))
                .findFirst()
                .orElseThrow();
    }

    @AfterEach
    void close() {
        folders.close();
        database.close();
    }

    private static boolean receives(DataLocation location) {
        return location.name().equals("buffer") || location.name().equals("lta");
    }

    private Path incoming(DataLocation location) {
        return location.root().resolve(".chasqui/incoming");
    }

    @Test
    void every_buffer_and_archive_that_is_served_gets_one_and_nothing_else_does() {
        folders.begin(locations.current().locations());
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> locations.current().locations().stream()
                .filter(IncomingFoldersIT::receives)
                .allMatch(location -> Files.isDirectory(incoming(location))));
        assertThat(locations.current().locations().stream().filter(location -> !receives(location)))
                .noneMatch(location -> Files.exists(location.root().resolve(".chasqui")));
    }

    @Test
    void a_location_that_hangs_holds_one_thread_however_often_it_is_begun_with() {
        database.jdbi().useTransaction(hanging -> {
            hanging.execute("LOCK TABLE physical_copy IN ACCESS EXCLUSIVE MODE");
            long before = threads();
            folders.begin(List.of(buffer));
            folders.begin(List.of(buffer));
            folders.begin(List.of(buffer));
            assertThat(threads() - before).isEqualTo(1);
        });
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.isDirectory(incoming(buffer)));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            Files.deleteIfExists(incoming(buffer));
            folders.begin(List.of(buffer));
            return Files.isDirectory(incoming(buffer));
        });
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("incoming-folders"))
                .count();
    }

    @Test
    void a_mount_point_without_its_mount_gets_none() throws Exception {
        new TestTransfers(database.jdbi()).buffered("ccat", 100);
        assertThat(folders.make(buffer)).isTrue();
        Files.move(buffer.root(), buffer.root().resolveSibling("unmounted"));
        assertThat(folders.make(buffer)).as("no root").isFalse();
        Files.createDirectory(buffer.root());
        assertThat(folders.make(buffer))
                .as("an empty root, although copies are registered in it")
                .isFalse();
        assertThat(buffer.root()).isEmptyDirectory();
    }
}
