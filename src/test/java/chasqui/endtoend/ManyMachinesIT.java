package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.Installation;
import chasqui.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The installation of several machines, and all that may happen to it while an observatory goes on observing. */
class ManyMachinesIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @RegisterExtension
    final Installation installation = new Installation();

    private ManyMachines machines;

    @BeforeEach
    void seven_processes_at_three_sites(@TempDir Path folder) throws Exception {
        RedisServer.requireHere();
        machines = new ManyMachines(folder, installation);
        machines.start();
    }

    @AfterEach
    void close() throws Exception {
        if (machines != null) {
            machines.close();
        }
    }

    @Test
    void whatever_dies_or_is_cut_off_every_file_is_archived_once_and_nobody_has_to_help() throws Exception {
        machines.observe("quiet");
        String staged = machines.stage();

        workersAreKilled();
        managersAreKilled();
        theMonitorIsKilled();
        redisIsFlushed();
        theDatabaseIsRestarted();
        chileIsCutOff();

        machines.sites.awaitThrough();
        machines.processed(staged);
        machines.everythingIsAccountedFor();
    }

    private void workersAreKilled() throws Exception {
        for (String alone : ManyMachines.ALONE) {
            machines.observe("without-" + alone);
            String held = machines.killAtWork(alone);
            machines.node(alone).start();
            // By its next incarnation: nobody else could do it.
            machines.awaitPutBack(held);
        }
        machines.observe("without-us");
        String held = machines.killAtWork("us");
        // By the monitor: another node serves the same locations.
        machines.awaitPutBack(held);
        machines.node("us").start();
    }

    private void managersAreKilled() throws Exception {
        for (String manager : ManyMachines.MANAGERS) {
            machines.node(manager).kill();
            machines.observe("without-" + manager);
            machines.awaitFound("without-" + manager);
            machines.node(manager).start().awaitHealthy();
        }
    }

    private void theMonitorIsKilled() throws Exception {
        machines.node(ManyMachines.MONITOR).kill();
        machines.observe("without-monitor");
        String held = machines.killAtWork("us");
        machines.node(ManyMachines.MONITOR).start();
        machines.awaitPutBack(held);
        machines.node("us").start().awaitHealthy();
    }

    private void redisIsFlushed() throws Exception {
        machines.observe("forgotten");
        machines.redis.ask("FLUSHALL");
        machines.redis.ask("CONFIG", "RESETSTAT");
        await("hints are sent and answered again")
                .atMost(LIMIT)
                .until(() -> machines.redis.ask("INFO", "commandstats").contains("cmdstat_xack"));
    }

    private void theDatabaseIsRestarted() throws Exception {
        machines.observe("unwritten");
        machines.awaitAtWork("chile");
        machines.server.stop();
        await("the outage is noticed").atMost(LIMIT).until(() -> !machines.node("cologne")
                .healthy());
        machines.server.run();
        installation.awaitHealthy();
    }

    private void chileIsCutOff() throws Exception {
        FilingInChile instruments = new FilingInChile(machines);
        machines.observe("silent");
        machines.awaitAtWork("chile");
        machines.way.cut();
        instruments.bySpool("asked-by-file");
        instruments.overHttp("asked-over-http");
        await("a minute").atMost(LIMIT).pollInterval(Duration.ofSeconds(1)).until(() -> machines.sites
                .database
                .value("SELECT clock_timestamp() - heartbeat_at > interval '60 s' FROM node WHERE name = 'chile'")
                .equals("t"));
        assertThat(machines.node("chile").alive()).isTrue();
        instruments.nothingIsRegistered();
        machines.way.mend();
        instruments.everythingIsRegistered();
    }
}
