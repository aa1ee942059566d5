package chasqui.transfer;

import chasqui.testing.TestMethods;
import chasqui.testing.TestRoutes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** bbcp as a transfer method, by its real route, between two folders of this machine. */
abstract class BbcpMethodContract extends ByteMoverContract {
    private Path program;
    private TestRoutes routes;

    /** @param folder for what it needs */
    abstract Path program(Path folder) throws Exception;

    /** Before the test and not within it: a test that expects a failure would take a skip for one. */
    @BeforeEach
    void find() throws Exception {
        program = program(folder);
    }

    @Override
    ByteMover mover() throws Exception {
        if (routes == null) {
            routes = new TestRoutes(
                    Files.createDirectory(folder.resolve("routes")),
                    null,
                    TestMethods.beans(TestMethods.bbcp(program.toString(), Duration.ofMinutes(1))),
                    "transfer-methods.camel.yaml");
        }
        return (lease, transfer) -> routes.send("direct:transfer-bbcp", lease, Map.of("transfer", transfer));
    }

    @Override
    boolean hashesWhatItSends() {
        return false;
    }

    @AfterEach
    void stop() {
        if (routes != null) {
            routes.close();
        }
    }
}
