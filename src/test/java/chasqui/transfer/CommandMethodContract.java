package chasqui.transfer;

import chasqui.storage.PackageDigest;
import chasqui.storage.RelativePath;
import chasqui.testing.TapeStandIn;
import chasqui.testing.TestMethods;
import chasqui.testing.TestRoutes;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** The commands of a tape library as a transfer method, by its real route, one way or the other, against {@link TapeStandIn}. */
abstract class CommandMethodContract extends ByteMoverContract {
    static final String NAME = "camera/2026/11/x.tar";

    TapeStandIn tapes;
    private TestRoutes routes;

    @Override
    ByteMover mover() throws Exception {
        if (routes == null) {
            routes = new TestRoutes(
                    Files.createDirectory(folder.resolve("routes")),
                    null,
                    TestMethods.beans(),
                    "transfer-methods.camel.yaml");
        }
        return (lease, transfer) -> routes.send("direct:transfer-command", lease, Map.of("transfer", transfer));
    }

    @AfterEach
    void stop() {
        if (routes != null) {
            routes.close();
        }
    }

    /** Cologne's archive, from here on on tape. */
    DataLocation tape() throws Exception {
        tapes = new TapeStandIn(folder.resolve("library"));
        tapes.replace(database.jdbi(), "cologne", "lta", folder.resolve("recalled"), true);
        return new Locations(database.jdbi())
                .refresh().locations().stream()
                        .filter(location -> location.label().equals("cologne/lta"))
                        .findFirst()
                        .orElseThrow();
    }

    /** As prepared, but between these ends; what goes to an archive is known by both checksums. */
    static Transfer withEnds(
            Transfer disks,
            PackageDigest digest,
            DataLocation origin,
            String path,
            DataLocation destination,
            String name) {
        return new Transfer(
                disks.id(),
                disks.packageName(),
                digest,
                origin,
                new RelativePath(path),
                destination,
                name,
                "command",
                disks.way());
    }

    Path library() {
        return folder.resolve("library/tapes");
    }
}
