package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.database.Database;
import chasqui.embedded.RestartablePostgres;
import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine of the primary goes for good, and its standby takes over: the service finds it by the URL that names both. */
class DatabaseFailoverIT {
    @TempDir
    private Path folder;

    @Test
    void what_was_in_hand_when_the_primary_went_is_finished_with_the_standby() throws Exception {
        try (RestartablePostgres first = RestartablePostgres.start(Files.createDirectory(folder.resolve("first")));
                RestartablePostgres second = first.standby(Files.createDirectory(folder.resolve("second")));
                Database outside = Database.connect(second.settings().get("chasqui.database.url"), "chasqui", "", 2)) {
            Map<String, String> set = new HashMap<>(first.settings());
            set.put(
                    "chasqui.database.url",
                    "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/chasqui?targetServerType=primary"
                            .formatted(first.port(), second.port()));
            set.put("chasqui.database.answer", "5s");
            WorkInHand work = new WorkInHand(folder.resolve("data"), set);
            try (Foundation foundation = Foundation.open(work.settings())) {
                work.topology(foundation.database().jdbi());
                try (Service service = Service.start(foundation, work.settings())) {
                    work.begin(foundation.database().jdbi());
                    assertThat(service.operations().held()).isNotEmpty();
                    first.stop("KILL");
                    work.letGo();
                    work.awaitUnhealthy("PostgreSQL does not answer", "since 20");
                    second.administer("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_promote()");
                    work.awaitEverythingDoneOnce(outside.jdbi());
                }
            }
        }
    }
}
