package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.runtime.KnownMethods;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestRoutes;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A method is added with one class and one route file, and no other file is touched. */
class NewMethodIT {
    /** Moves bytes by making a second name for them. */
    public static final class LinkMethod implements ByteMover {
        @Override
        public void move(Lease lease, Transfer transfer) throws Exception {
            Files.createDirectories(transfer.incoming().getParent());
            Files.createLink(transfer.incoming(), transfer.source());
            lease.advance(transfer.digest().sizeBytes());
        }
    }

    private static final String ROUTE = """
            - route:
                id: transfer-link
                group: transfer
                description: "Makes a second name"
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: "direct:transfer-link"
                  steps:
                    - to: { uri: "class:chasqui.transfer.NewMethodIT$LinkMethod?method=move(${body}, ${exchangeProperty.transfer})" }
            """;

    @Test
    void one_class_and_one_route_file_are_a_method(@TempDir Path folder) throws Exception {
        Path files = Files.createDirectory(folder.resolve("routes"));
        Files.writeString(files.resolve("link.camel.yaml"), ROUTE);
        Files.copy(Path.of("routes/transfer-methods.camel.yaml"), folder.resolve("transfer-methods.camel.yaml"));
        assertThat(KnownMethods.in(files)).containsExactly("link");
        assertThat(KnownMethods.in(Path.of("routes"))).contains("cp").doesNotContain("link");
        try (TestDatabase database = new TestDatabase()) {
            TestTopology.on(database.jdbi(), folder);
            TestTransfers packages = new TestTransfers(database.jdbi());
            TestTransfers.Assembled assembled = packages.assembled(List.of(packages.buffered("ccat", 100)), "cologne");
            OperationStore operations = TestKernel.of(database.jdbi(), new TransferEffects());
            Locations locations = new Locations(database.jdbi());
            TransferSettings settings = new TransferSettings("link", new StallLimit(Duration.ofMinutes(1)));
            new TransferManager(database.jdbi(), locations, settings).findWork();
            try (TestRoutes routes = new TestRoutes(
                    files,
                    operations,
                    Map.of(
                            "transferManager", new TransferManager(database.jdbi(), locations, settings),
                            "transferWorker", new TransferWorker(database.jdbi(), operations, locations, settings)),
                    "3-transfer.camel.yaml")) {
                routes.worker("data_transfer", "ccat_buffer_data_transfer");
                routes.wake("ccat_buffer_data_transfer");
            }
            assertThat(database.value(
                            "SELECT method || ' ' || status || ' ' || (sent_at IS NOT NULL) FROM data_transfer"))
                    .isEqualTo("link PENDING true");
            Path incoming = packages.root("cologne", "buffer")
                    .resolve(".chasqui/incoming")
                    .resolve(database.value("SELECT incoming_name FROM data_transfer"));
            assertThat(incoming).hasSameBinaryContentAs(assembled.file());
        }
    }
}
