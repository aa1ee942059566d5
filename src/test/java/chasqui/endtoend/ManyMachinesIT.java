package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.Installation;
import chasqui.testing.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The installation of several machines, and all that may happen to it. */
class ManyMachinesIT {
    @RegisterExtension
    final Installation installation = new Installation();

    private ManyMachines machines;

    @BeforeEach
    void six_processes_at_three_sites(@TempDir Path folder) throws Exception {
        RedisServer.requireHere();
        machines = new ManyMachines(folder, installation);
    }

    @AfterEach
    void close() throws Exception {
        if (machines != null) {
            machines.close();
        }
    }

    @Test
    void what_chile_files_is_in_both_archives_and_on_the_processing_disk() throws Exception {
        machines.start();
        machines.observe("night-1");
        machines.observe("night-2");
        String staged = machines.stage();
        machines.sites.awaitThrough();
        machines.processed(staged);
        OpenedArchives.requireAll(machines.sites, null);
        machines.sites.theLedgerBalances();
        assertThat(machines.redis.ask("INFO", "commandstats"))
                .as("hints went over Redis")
                .contains("cmdstat_xack");
    }
}
